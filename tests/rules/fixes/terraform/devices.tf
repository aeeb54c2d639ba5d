resource "aws_instance" "own" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7g.large"

  root_block_device {
    encrypted = false
  }

  ebs_block_device {
    device_name = "/dev/sdf"
    encrypted   = false
  }
}

resource "aws_launch_configuration" "own" {
  image_id = "ami-0123456789abcdef0"

  root_block_device {
    encrypted = false
  }
}

resource "aws_launch_template" "own" {
  name = "own"

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted = false
    }
  }
}

resource "aws_spot_instance_request" "own" {
  ami = "ami-0123456789abcdef0"

  root_block_device {
    encrypted = false
  }
}

resource "aws_spot_fleet_request" "own" {
  iam_fleet_role = "arn:aws:iam::111122223333:role/fleet"

  launch_specification {
    ami = "ami-0123456789abcdef0"

    root_block_device {
      encrypted = false
    }
  }
}

resource "aws_ami" "own" {
  name = "own"

  ebs_block_device {
    device_name = "/dev/sdf"
    encrypted   = false
  }
}

resource "aws_ami_copy" "own" {
  name              = "copy"
  source_ami_id     = "ami-0123456789abcdef0"
  source_ami_region = "eu-west-1"
  encrypted         = true
}

resource "aws_ebs_snapshot_copy" "own" {
  source_snapshot_id = aws_ebs_snapshot.own.id
  source_region      = "us-east-1"
}

resource "aws_ebs_snapshot_import" "own" {
  disk_container {
    format = "VHD"
  }
}

resource "aws_ebs_snapshot" "own" {
  volume_id = aws_ebs_volume.plain.id
}

resource "aws_ebs_volume" "plain" {
  availability_zone = "us-east-1a"
  encrypted         = false
}
