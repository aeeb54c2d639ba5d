resource "aws_ebs_volume" "own" {
  availability_zone = "us-east-1a"
  size              = 10
}

resource "aws_ebs_volume" "off" {
  availability_zone = "us-east-1a"
  encrypted         = false
}
