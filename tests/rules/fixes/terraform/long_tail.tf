resource "aws_dsql_cluster" "orders" {}

resource "aws_eks_cluster" "shop" {
  name     = "shop"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  tags     = { backup = "daily" }

  vpc_config {
    subnet_ids = ["subnet-0a", "subnet-0b"]
  }
}

resource "aws_kinesis_stream" "orders" {
  name = "orders"

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}

resource "aws_kinesis_video_stream" "doors" {
  name = "doors"
}

resource "aws_lightsail_instance" "web" {
  name              = "web"
  availability_zone = "eu-west-1a"
  blueprint_id      = "amazon_linux_2023"
  bundle_id         = "small_3_0"
}

resource "aws_lightsail_database" "shop" {
  relational_database_name = "shop"
  availability_zone        = "eu-west-1a"
  blueprint_id             = "mysql_8_0"
  bundle_id                = "small_2_0"
  master_database_name     = "shop"
  master_username          = "admin"
  master_password          = "example"
  backup_retention_enabled = false
}

resource "aws_timestreamwrite_database" "metrics" {
  database_name = "metrics"
}

resource "aws_backup_vault" "main" {
  name = "main"
}

resource "aws_backup_plan" "daily" {
  name = "daily"

  rule {
    rule_name         = "d35"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "cron(0 5 ? * * *)"

    lifecycle {
      delete_after = 35
    }
  }
}

resource "aws_backup_selection" "tagged" {
  name         = "tagged"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"

  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "daily"
  }
}

resource "aws_docdbelastic_cluster" "elastic" {
  name                = "catalog"
  admin_user_name     = "catalog"
  admin_user_password = "arn:aws:secretsmanager:us-east-1:111122223333:secret:catalog"
  auth_type           = "SECRET_ARN"
  shard_capacity      = 2
  shard_count         = 1
}

resource "aws_keyspaces_table" "carts" {
  keyspace_name = "shop"
  table_name    = "carts"
  schema_definition {
    column {
      name = "id"
      type = "text"
    }
    partition_key {
      name = "id"
    }
  }
}
