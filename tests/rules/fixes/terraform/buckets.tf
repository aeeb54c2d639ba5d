resource "aws_s3_bucket" "own" {}

resource "aws_s3_bucket" "versions" {
  bucket        = "versions"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "of_versions" {
  bucket = aws_s3_bucket.versions.id

  versioning_configuration {
    status = "Suspended"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "of_versions" {
  bucket = aws_s3_bucket.versions.id

  rule {
    id     = "short"
    status = "Enabled"

    noncurrent_version_expiration {
      noncurrent_days = 3
    }
  }
}

resource "aws_s3_bucket" "kept" {
  bucket = "kept"
}

resource "aws_s3_bucket_versioning" "kept" {
  bucket = aws_s3_bucket.kept.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "secret" {
  bucket = "secret"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "secret" {
  bucket = aws_s3_bucket.secret.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.secret.arn
    }
  }
}

resource "aws_kms_key" "secret" {
  enable_key_rotation = true
}

# rel9:ignore s3-bucket-cross-region-replication it is the destination
resource "aws_s3_bucket" "target" {
  bucket = "target"
  region = "eu-central-1"
}

resource "aws_s3_bucket_versioning" "target" {
  bucket = aws_s3_bucket.target.id
  region = "eu-central-1"

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_replication_configuration" "secret" {
  bucket = aws_s3_bucket.secret.id
  role   = "arn:aws:iam::111122223333:role/replication"

  rule {
    id     = "all"
    status = "Enabled"

    destination {
      bucket = aws_s3_bucket.target.arn
    }
  }
}
