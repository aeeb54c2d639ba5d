//! Edits are right to the byte, and there is none in any doubt.

use super::{POLICY, Template, document_with, edited, judge, snippet};
use crate::support::Rel9;

/// The file after the edit for a finding; `None` if there is only code.
fn after(name: &str, text: &str, rule: &str, id: &str) -> Option<String> {
    let template = Template::new(name, text.to_owned());
    let findings = judge(&template.path());
    let finding = findings.iter().find(|finding| &*finding.rule == rule && finding.resource.id == id);
    let finding = finding.unwrap_or_else(|| panic!("{name}: no finding of {rule} for {id}"));
    assert!(snippet(finding).is_some(), "{name}: no code for {rule} of {id}");
    finding.remediation.as_ref().and_then(|remediation| remediation.edit.as_ref()).map(|edit| edited(text, edit))
}

const ENCRYPTED: &str = "ebs-volume-encrypted";

#[test]
fn hcl_is_changed_where_the_value_is_or_below_the_other_arguments() {
    let volume = |body: &str| format!("# é: bytes are not columns\nresource \"aws_ebs_volume\" \"a\" {{{body}}}\n");
    let cases = [
        ("\n  size = 1\n", "\n  size = 1\n  encrypted = true\n"),
        ("\n    availability_zone = \"é\" # é\n", "\n    availability_zone = \"é\" # é\n    encrypted         = true\n"),
        ("\n\tencrypted = false # not yet\n\tsize      = 1\n", "\n\tencrypted = true # not yet\n\tsize      = 1\n"),
        ("", "\n  encrypted = true\n"),
        ("\r\n  size = 1\r\n", "\r\n  size = 1\r\n  encrypted = true\r\n"),
    ];
    for (before, expected) in cases {
        assert_eq!(after("main.tf", &volume(before), ENCRYPTED, "aws_ebs_volume.a").as_deref(), Some(volume(expected).as_str()));
    }
}

#[test]
fn yaml_and_json_are_changed_where_the_value_is_or_before_the_first_key() {
    let cases = [
        (
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties:\n      # of the size\n      Size: 1\n",
            "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties:\n      Encrypted: true\n      # of the size\n      Size: 1\n",
        ),
        (
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties: {Size: 1}\n",
            "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties: {\"Encrypted\": true, Size: 1}\n",
        ),
        (
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties:\n      Encrypted: 'false' # é\n",
            "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties:\n      Encrypted: true # é\n",
        ),
        (
            "t.yaml",
            "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Metadata: {}\n",
            "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties:\n      Encrypted: true\n    Metadata: {}\n",
        ),
        (
            "t.json",
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::EC2::Volume\", \"Properties\": {}}}}",
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::EC2::Volume\", \"Properties\": { \"Encrypted\": true }}}}",
        ),
        (
            "t.json",
            "{\n\t\"Resources\": {\n\t\t\"A\": {\n\t\t\t\"Type\": \"AWS::EC2::Volume\",\n\t\t\t\"Properties\": {\n\t\t\t\t\"Size\": 1\n\t\t\t}\n\t\t}\n\t}\n}\n",
            "{\n\t\"Resources\": {\n\t\t\"A\": {\n\t\t\t\"Type\": \"AWS::EC2::Volume\",\n\t\t\t\"Properties\": {\n\t\t\t\t\"Encrypted\": true,\n\t\t\t\t\"Size\": 1\n\t\t\t}\n\t\t}\n\t}\n}\n",
        ),
        (
            "t.json",
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::EC2::Volume\", \"Properties\": {\"Encrypted\": \"false\"}}}}",
            "{\"Resources\": {\"A\": {\"Type\": \"AWS::EC2::Volume\", \"Properties\": {\"Encrypted\": true}}}}",
        ),
    ];
    for (name, before, expected) in cases {
        assert_eq!(after(name, before, ENCRYPTED, "A").as_deref(), Some(expected));
    }
}

#[test]
fn a_file_whose_change_is_in_doubt_is_not_edited() {
    let volume = |body: &str| format!("resource \"aws_ebs_volume\" \"a\" {{{body}}}\n");
    let variable = "\nvariable \"on\" {\n  default = false\n}\n";
    let terraform = [
        (volume("\n  encrypted = var.on\n") + variable, "aws_ebs_volume.a"),
        (volume("\n  encrypted = \"${var.on}\"\n") + variable, "aws_ebs_volume.a"),
        (volume("\n  count = 1\n"), "aws_ebs_volume.a[0]"),
        (volume("\n  for_each = toset([\"x\"])\n"), "aws_ebs_volume.a[\"x\"]"),
        (volume(" size = 1 "), "aws_ebs_volume.a"),
    ];
    for (text, id) in terraform {
        assert_eq!(after("main.tf", &text, ENCRYPTED, id), None, "{text}");
    }
    let cloudformation = [
        "Parameters:\n  On:\n    Type: String\n    Default: false\nResources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties:\n      Encrypted: !Ref On\n",
        "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties: &same\n      Size: 1\n  B:\n    Type: AWS::EC2::Volume\n    Properties: *same\n",
        "Shared: &same\n  Size: 1\nResources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties:\n      <<: *same\n      Iops: 1\n",
        "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties:\n      Encrypted: >-\n        false\n",
        "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Metadata:\n      aws:cdk:path: App/Stack/A\n    Properties:\n      Size: 1\n",
    ];
    for text in cloudformation {
        assert_eq!(after("t.yaml", text, ENCRYPTED, "A"), None, "{text}");
    }
    // An override file sets the value again, whatever the way to the file is.
    let rel9 = Rel9::new()
        .with_files(&[("main.tf", &volume("\n  encrypted = false\n")), ("prod_override.tf", &volume("\n  encrypted = false\n"))]);
    for path in [".", "main.tf", &rel9.home().display().to_string()] {
        let document = rel9.judge(&[path]);
        let findings = document.findings().iter();
        let failing = findings.filter(|finding| finding["rule"] == ENCRYPTED && finding["status"] == "fail");
        let edits: Vec<bool> = failing.map(|finding| finding["remediation"].get("edit").is_some()).collect();
        assert_eq!(edits, [false], "{path}");
    }
    // A further resource is needed, or something is to be filled in.
    let bucket = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n";
    assert_eq!(after("t.yaml", bucket, "s3-bucket-customer-key", "A"), None);
    assert_eq!(after("t.yaml", bucket, "s3-bucket-cross-region-replication", "A"), None);
    // The same from an expression: the policy names no role that may delete backups.
    let vault = Template::new("t.yaml", "Resources:\n  A:\n    Type: AWS::Backup::BackupVault\n".to_owned());
    for (policy, has_edit) in [("version: 1\n", false), (POLICY, true)] {
        let document = document_with(&vault.path(), policy);
        let finding = document.findings.iter().find(|finding| &*finding.rule == "backup-vault-denies-deletion").expect("a finding");
        let remediation = finding.remediation.as_ref().expect("a remediation");
        assert_eq!((remediation.edit.is_some(), remediation.cloudformation.is_some()), (has_edit, true), "{policy}");
    }
}

#[test]
fn resources_of_modules_are_named_and_not_edited() {
    let template = Template::new("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n".to_owned());
    let folder = template.path().with_file_name("m");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("main.tf"), "resource \"aws_ebs_volume\" \"a\" {\n  size = 1\n}\n").expect("a file");
    let findings = judge(&template.path());
    let finding = findings.iter().find(|finding| &*finding.rule == ENCRYPTED).expect("a finding");
    let code = snippet(finding).expect("code");
    assert!(
        code.starts_with("# module.m.aws_ebs_volume.a (") && code.contains("m/main.tf:1)\nresource \"aws_ebs_volume\" \"a\" {\n"),
        "{code}"
    );
    assert_eq!(finding.remediation.as_ref().and_then(|remediation| remediation.edit.as_ref()), None);
}

#[test]
fn names_of_other_peoples_making_are_texts_in_code() {
    // The snippet of a hostile name is one value, and parses as what it is.
    let text = "Resources:\n  A:\n    Type: AWS::RDS::DBInstance\n    Metadata:\n      aws:cdk:path: \"x\\nResources: {Evil: {Type: 'AWS::S3::Bucket'}}\"\n";
    let template = Template::new("t.yaml", text.to_owned());
    let findings = judge(&template.path());
    for code in findings.iter().filter_map(snippet) {
        assert!(!code.lines().any(|line| line.starts_with("Resources: {")), "{code}");
    }
}
