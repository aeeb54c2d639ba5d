//! CloudFormation files from which no stack can be created as they are: fragments, input of macros, duplicate keys. rel9 judges what it
//! can.

use crate::support::{Rel9, text};

fn with(files: &[(&str, &str)]) -> Rel9 {
    Rel9::new().with_files(files)
}

const VOLUME: &str = "    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: eu-west-1a\n      Size: 10\n";

#[test]
fn of_a_key_that_is_written_twice_the_last_counts_and_a_warning_names_it() {
    let template = format!("Resources:\n  Data:\n{VOLUME}      Encrypted: false\n      Encrypted: true\n");
    let (run, document) = with(&[("t.yaml", &template)]).audit(&["t.yaml", "--fail-on", "never"]);
    document.expect("ebs-volume-encrypted", &[("Data", "pass")]);
    run.said("warning: t.yaml:8:7: the key Encrypted is written twice, first in line 7; CloudFormation takes the last");
    // The same for a logical id and for a whole section.
    let twice = format!("Resources:\n  Old:\n{VOLUME}Resources:\n  Data:\n{VOLUME}  Data:\n{VOLUME}      Encrypted: true\n");
    let (run, document) = with(&[("t.yaml", &twice)]).audit(&["t.yaml", "--fail-on", "never"]);
    document.expect("ebs-volume-encrypted", &[("Data", "pass"), ("Old", "none")]);
    run.said("the key Resources is written twice").said("the key Data is written twice");
    let json = r#"{"Resources": {"A": {"Type": "AWS::EC2::Volume", "Properties": {"Encrypted": false,
        "Encrypted": true}}}}"#;
    let (run, document) = with(&[("t.json", json)]).audit(&["t.json", "--fail-on", "never"]);
    document.expect("ebs-volume-encrypted", &[("A", "pass")]);
    run.said("t.json:2:9: the key Encrypted is written twice");
}

#[test]
fn a_list_under_resources_is_no_template_unless_a_macro_takes_it() {
    let template = format!("Resources:\n  V:\n{VOLUME}      Encrypted: true\n");
    let appspec = "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties: {TaskDefinition: x}\n";
    let (run, document) = with(&[("stack.yaml", &template), ("appspec.yaml", appspec)]).audit(&[".", "--fail-on", "never"]);
    document.expect("ebs-volume-encrypted", &[("V", "pass")]);
    assert!(run.code != 2 && document.findings().iter().all(|finding| text(&finding["location"]["file"]) == "stack.yaml"), "{run}");
    for sections in ["Resources:\n  - a bucket\n", "Resources: {Data: a table}\nParameters: [a]\nMappings: none\nConditions: [b]\n"] {
        let run = with(&[("macro.template", &format!("Transform: Shorthand\n{sections}"))]).run(&["audit", "."]);
        run.ended(3);
        assert!(run.stdout.contains("macro.template"), "{run}");
    }
}

#[test]
fn what_is_not_declared_is_not_known_and_named() {
    let volume = |name: &str, encrypted: &str| format!("  {name}:\n{VOLUME}      Encrypted: {encrypted}\n");
    let template = [
        "Resources:\n".to_owned(),
        volume("Reference", "!Ref Elsewhere"),
        volume("Attribute", "!GetAtt Elsewhere.Flag"),
        volume("Mapping", "!FindInMap [Elsewhere, a, b]"),
        volume("Choice", "!If [Elsewhere, true, false]"),
        volume("Function", "!Elsewhere 1"),
        volume("Pseudo", "!Ref AWS::Elsewhere"),
        volume("Text", "!Sub '${self:custom.Elsewhere}'"),
        volume("Snippet", "{Fn::Sub: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: Elsewhere}}}}"),
        volume("Beside", "{Fn::Elsewhere: 1, other: 2}"),
        volume("Arguments", "!Join [Elsewhere]"),
        volume("Known", "true"),
        "  Conditional:\n    Condition: Elsewhere\n".to_owned() + VOLUME + "      Encrypted: true\n",
    ]
    .concat();
    let document = with(&[("part.yml", &template)]).judge(&["."]);
    let rule = "ebs-volume-encrypted";
    for (name, words) in [
        ("Reference", "Elsewhere is not declared in this template"),
        ("Attribute", "Elsewhere is not declared in this template"),
        ("Mapping", "the mapping Elsewhere is not declared in this template"),
        ("Choice", "the condition Elsewhere is not declared in this template"),
        ("Function", "Fn::Elsewhere is not a CloudFormation function"),
        ("Pseudo", "AWS::Elsewhere is not a CloudFormation pseudo parameter"),
        ("Text", "self:custom is not declared in this template"),
        ("Snippet", "created by the macro AWS::Include"),
        ("Beside", "Fn::Elsewhere stands beside other keys"),
        ("Arguments", "Fn::Join takes 2 arguments, not 1"),
    ] {
        let said = document.says(rule, name);
        assert!(said.starts_with("unknown: ") && said.contains(words), "{name}: {said}");
    }
    document.expect(rule, &[("Known", "pass"), ("Conditional", "pass")]);
}

/// Another tool replaces the placeholder before CloudFormation reads the template.
#[test]
fn a_resource_whose_type_a_function_makes_may_be_anything() {
    let template = format!("Resources:\n  Data:\n{VOLUME}      Encrypted: true\n  Part:\n    Type: !Rain::Module ./part.yaml\n");
    let (run, document) = with(&[("t.yaml", &template)]).audit(&[".", "--fail-on", "critical"]);
    document.expect("ebs-volume-encrypted", &[("Data", "pass")]);
    assert!(run.code == 3 && run.stdout.contains("t.yaml#Part"), "{run}");
}

/// Only a literal string is a path: the result of a function is a place in S3.
#[test]
fn a_template_url_that_a_parameter_makes_is_not_here() {
    for url in ["!Join ['', [!Ref Prefix, templates/db.template]]", "!Sub '${Prefix}db.yaml'", "!Ref Prefix"] {
        let template = format!(
            "Parameters: {{Prefix: {{Type: String, Default: ''}}}}\nResources:\n  Nested:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {url}}}\n  Data:\n{VOLUME}      Encrypted: true\n"
        );
        let (run, document) = with(&[("t.yaml", &template)]).audit(&[".", "--fail-on", "critical"]);
        document.expect("ebs-volume-encrypted", &[("Data", "pass")]);
        assert!(run.code == 3 && run.stdout.contains("t.yaml#Nested"), "{run}");
    }
}

/// They waive nothing in rel9; findings mention them.
#[test]
fn suppressions_of_other_tools_are_told_beside_findings() {
    let template = format!(
        "Resources:\n  Meta:\n    Metadata:\n      guard: {{SuppressedRules: [ENCRYPTED_VOLUMES]}}\n      cfn_nag: {{rules_to_suppress: [{{id: F1, reason: a}}]}}\n      checkov: {{skip: [{{id: CKV_AWS_3, comment: b}}]}}\n{VOLUME}  Comment:\n    # checkov:skip=CKV_AWS_3:scratch\n{VOLUME}  Plain:\n{VOLUME}  Right:\n    # checkov:skip=CKV_AWS_3:scratch\n{VOLUME}      Encrypted: true\n"
    );
    let terraform = r##"
#tfsec:ignore:aws-ebs-enable-volume-encryption
resource "aws_ebs_volume" "above" { # trivy:ignore:AVD-AWS-0026
  availability_zone = "eu-west-1a"
  size              = 1
}

resource "aws_ebs_volume" "inside" {
  #checkov:skip=CKV_AWS_3: scratch
  availability_zone = "eu-west-1a"
  size              = 1
  tags              = { note = "#checkov:skip=CKV_AWS_189" }
}
"##;
    let document = with(&[("t.yaml", &template), ("main.tf", terraform)]).judge(&["."]);
    let rule = "ebs-volume-encrypted";
    let hint = |checks: &str| format!("(the suppression of {checks} here is for other tools and waives nothing in rel9)");
    for (resource, checks) in [
        ("Meta", "guard ENCRYPTED_VOLUMES, cfn_nag F1, checkov CKV_AWS_3"),
        ("Comment", "checkov CKV_AWS_3"),
        ("aws_ebs_volume.above", "tfsec aws-ebs-enable-volume-encryption, trivy AVD-AWS-0026"),
        ("aws_ebs_volume.inside", "checkov CKV_AWS_3"),
    ] {
        let said = document.says(rule, resource);
        assert!(said.starts_with("fail: ") && said.ends_with(&hint(checks)), "{resource}: {said}");
    }
    for resource in ["Plain", "Right"] {
        assert!(!document.says(rule, resource).contains("other tools"));
    }
}
