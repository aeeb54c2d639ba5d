resource "awscc_ec2_volume" "own" {
  availability_zone = "us-east-1a"
  size              = 10
}

resource "awscc_s3_bucket" "own" {
  bucket_name = "own"
}
