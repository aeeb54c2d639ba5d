resource "aws_dlm_lifecycle_policy" "own" {
  description        = "own"
  execution_role_arn = "arn:aws:iam::111122223333:role/dlm"

  policy_details {
    resource_types = ["VOLUME"]

    schedule {
      name = "daily"

      create_rule {
        interval = 24
      }

      retain_rule {
        count = 7
      }

      cross_region_copy_rule {
        target    = "eu-west-1"
        encrypted = false
      }
    }
  }
}

resource "aws_dlm_lifecycle_policy" "near" {
  description        = "near"
  execution_role_arn = "arn:aws:iam::111122223333:role/dlm"

  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { backup = "daily" }

    schedule {
      name = "daily"

      create_rule {
        interval = 24
      }

      retain_rule {
        count = 7
      }
    }
  }
}

resource "aws_ebs_volume" "tagged" {
  availability_zone = "us-east-1a"
  size              = 10
  tags              = { backup = "daily" }
}
