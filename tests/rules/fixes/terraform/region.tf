resource "aws_ebs_encryption_by_default" "own" {
  enabled = false
}

resource "aws_ebs_default_kms_key" "own" {
  key_arn = "arn:aws:kms:us-east-1:111122223333:alias/aws/ebs"
}

resource "aws_ec2_image_block_public_access" "own" {
  state = "unblocked"
}

resource "aws_ebs_volume" "plain" {
  availability_zone = "us-east-1a"
}

resource "aws_ami" "own" {
  name = "own"
}
