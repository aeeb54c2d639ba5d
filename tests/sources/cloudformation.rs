//! CloudFormation templates as declarations: values, places, waivers, errors, and hostile templates.

use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;
use rel9::template::Options;
use rel9::template::cloudformation::{claims_to_be, read, read_parameters};
use rel9::template::declaration::{Declaration, Node, TemplateError, Value};
use serde_json::json;

fn fixture(name: &str) -> Vec<Declaration> {
    with(name, &Options::default())
}

fn with(name: &str, options: &Options) -> Vec<Declaration> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cloudformation").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(claims_to_be(&text), "{name}");
    read(&path, name, &text, options).unwrap()
}

fn parse(text: &str) -> Result<Vec<Declaration>, TemplateError> {
    read(Path::new("t.yaml"), "t.yaml", text, &Options::default())
}

fn error(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

/// The value of the property `P` of a resource after these sections.
fn property(sections: &str, value: &str) -> Result<String, String> {
    property_with(sections, value, &Options::default())
}

fn property_with(sections: &str, value: &str, options: &Options) -> Result<String, String> {
    let text = format!(
        "{sections}\nResources:\n  V: {{Type: AWS::Backup::BackupVault}}\n  R:\n    Type: T::T::T\n    Properties:\n      P: {value}\n"
    );
    let declarations = read(Path::new("t.yaml"), "t.yaml", &text, options).map_err(|error| error.what)?;
    Ok(declarations[1].body.get("P").map_or("-".to_owned(), |node| one_line(&node.value)))
}

fn one_line(value: &Value) -> String {
    let all = |nodes: &[Node]| nodes.iter().map(|node| one_line(&node.value)).collect::<Vec<_>>();
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(bool) => bool.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", all(items).join(", ")),
        Value::Map(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, node)| format!("{key}: {}", one_line(&node.value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Reference { id, attribute } => format!("&{id}.{attribute}"),
        Value::Concat(parts) => all(parts).join(" + "),
        Value::Unknown(unknown) => format!("?{}", unknown.symbol),
    }
}

fn show(declarations: &[Declaration]) -> String {
    let mut out = String::new();
    for declaration in declarations {
        let Declaration { type_name, id, file, at, construct, body, settings, ignores, .. } = declaration;
        let _ = writeln!(out, "{file}:{}:{} {type_name} {id} {}", at.line, at.column, construct.as_deref().unwrap_or_default());
        for (key, node) in settings {
            let _ = writeln!(out, "  {key} {}:{} {}", node.at.line, node.at.column, one_line(&node.value));
        }
        for ignore in ignores {
            let expires = ignore.expires.map(|date| format!(" until {date}")).unwrap_or_default();
            let _ = writeln!(out, "  ignore {}:{} {} ({}){expires}", ignore.at.line, ignore.at.column, ignore.rule, ignore.reason);
        }
        if let Value::Map(entries) = &body.value {
            for (key, node) in entries {
                let _ = writeln!(out, "  {key} {}:{} {}", node.at.line, node.at.column, one_line(&node.value));
            }
        } else {
            let _ = writeln!(out, "  {}", one_line(&body.value));
        }
    }
    out
}

fn reason(declarations: &[Declaration], id: &str, key: &str) -> String {
    let declaration = declarations.iter().find(|declaration| declaration.id == id).unwrap();
    match &declaration.body.get(key).unwrap().value {
        Value::Unknown(unknown) => unknown.reason.to_string(),
        value => panic!("{value:?}"),
    }
}

#[test]
fn a_stack() {
    insta::assert_snapshot!("cloudformation-stack", show(&fixture("backup.yaml")));
}

#[test]
fn a_stack_with_everything_given() {
    let options = Options {
        parameters: [
            ("Environment".to_owned(), json!("dev")),
            ("RetentionDays".to_owned(), json!("7")),
            ("Subnets".to_owned(), json!(["a", "b"])),
        ]
        .into(),
        account: Some("111122223333".to_owned()),
        region: Some("eu-central-1".to_owned()),
        ..Options::default()
    };
    let declarations = with("backup.yaml", &options);
    let value = |id: &str, key: &str| {
        let declaration = declarations.iter().find(|declaration| declaration.id == id).unwrap();
        declaration.body.get(key).map_or("-".to_owned(), |node| one_line(&node.value))
    };
    assert_eq!(value("Vault", "BackupVaultName"), "\"shop-dev\"");
    assert_eq!(value("Vault", "LockConfiguration"), "-");
    assert_eq!(value("Database", "BackupRetentionPeriod"), "7");
    assert_eq!(value("Database", "AllocatedStorage"), "20");
    assert_eq!(value("Database", "MultiAZ"), "true");
    assert_eq!(value("Replica", "SourceDBInstanceIdentifier"), "&Database.Ref");
    assert_eq!(value("Uploads", "BucketName"), "\"shop-uploads-111122223333-eu-central-1\"");
    assert_eq!(value("MountTarget", "SubnetId"), "\"b\"");
    assert!(declarations.iter().all(|declaration| declaration.setting("Condition").is_none()));
}

#[test]
fn reasons_are_for_people() {
    let declarations = fixture("backup.yaml");
    let reason = |id, key| reason(&declarations, id, key);
    assert_eq!(reason("Database", "MasterUserPassword"), "parameter DatabasePassword has no default (give it with --parameters)");
    assert_eq!(reason("Database", "MasterUsername"), "read from Secrets Manager at deployment");
    let region = "AWS::Region depends on where the template is deployed (give it with --region)";
    assert_eq!(reason("Database", "MultiAZ"), format!("depends on the condition InFrankfurt: {region}"));
    assert!(reason("Server", "ImageId").starts_with("parameter LatestImage is read from SSM Parameter Store (/aws/service/"));
}

#[test]
fn cdk_output() {
    insta::assert_snapshot!("cloudformation-cdk", show(&fixture("cdk.out/Shop.template.json")));
}

#[test]
fn nested_stacks() {
    insta::assert_snapshot!("cloudformation-nested", show(&fixture("nested/parent.yaml")));
}

#[test]
fn sam() {
    insta::assert_snapshot!("cloudformation-sam", show(&fixture("sam.yaml")));
}

#[test]
fn loops() {
    insta::assert_snapshot!("cloudformation-loops", show(&fixture("foreach.yaml")));
}

/// The reason of the first part that cannot be read.
fn why_unread(declarations: &[Declaration]) -> String {
    let part = declarations.iter().find(|declaration| declaration.type_name == "module").expect("an unread part");
    match &part.setting("presence").expect("a reason").value {
        Value::Unknown(unknown) => unknown.reason.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nested_stacks_in_a_circle() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cloudformation/nested/cycle-a.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let declarations = read(&path, "nested/cycle-a.yaml", &text, &Options::default()).unwrap();
    let why = "nested/cycle-b.yaml:5:20: nested stacks form a cycle: cycle-a.yaml → cycle-b.yaml → cycle-a.yaml";
    assert!(why_unread(&declarations).ends_with(why), "{}", why_unread(&declarations));
}

#[test]
fn nested_stacks_that_are_not_there() {
    let nested = |url: &str| format!("Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {url}}}\n");
    assert_eq!(why_unread(&parse(&nested("no-such.yaml")).unwrap()), "its template no-such.yaml is not here");
    assert!(why_unread(&parse(&nested("/")).unwrap()).contains("is outside of the folder"));
    // The unread part may declare anything.
    for url in ["https://example.com/t.yaml", "!Ref AWS::StackName"] {
        let types: Vec<_> = parse(&nested(url)).unwrap().into_iter().map(|declaration| declaration.type_name).collect();
        assert_eq!(types, ["AWS::CloudFormation::Stack", "module"], "{url}");
    }
    // The files of CDK may be missing.
    let asset =
        nested("https://example.com/t.json") + "    Metadata: {'aws:asset:path': no-such.json, 'aws:asset:property': TemplateURL}\n";
    assert_eq!(parse(&asset).unwrap().len(), 2);
    let own =
        "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: a, Parameters: {A: !GetAtt N.Outputs.B}}\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a"), "Resources: {}").unwrap();
    let declarations = read(&folder.path().join("t.yaml"), "t.yaml", own, &Options::default()).unwrap();
    let Some(Node { value: Value::Map(parameters), .. }) = declarations[0].body.get("Parameters") else { panic!() };
    let [(_, Node { value: Value::Unknown(unknown), .. })] = parameters.as_slice() else { panic!() };
    assert_eq!(&*unknown.reason, "the nested stack N has no output B (line 4)");
}

#[test]
fn functions() {
    let p = "Parameters: {A: {Type: String, Default: a}, L: {Type: CommaDelimitedList, Default: 'x, y'}, U: {Type: String}}\n\
             Mappings: {M: {k: {same: 1, other: 2}, l: {same: 1, other: [3]}}}\n\
             Conditions: {T: !Equals [1, '1'], F: !Not [Condition: T], Q: !Equals [!Ref U, x]}";
    for (value, expected) in [
        ("!Ref A", "\"a\""),
        ("!Ref L", "[\"x\", \"y\"]"),
        ("!Ref U", "?${U}"),
        ("!Ref V", "&V.Ref"),
        (
            "{'Fn::GetStackOutput': {StackName: s, OutputName: o, Region: !Ref A}}",
            "?${Fn::GetStackOutput({StackName:s,OutputName:o,Region:a,})}",
        ),
        ("!GetStackOutput {StackName: s, OutputName: o}", "?${Fn::GetStackOutput({StackName:s,OutputName:o,})}"),
        ("!If [Q, {a: 1, b: 2}, {b: 2, a: 3}]", "{a: ?${Fn::If(${Fn::Equals(${U},x)},1,3)}, b: 2}"),
        ("!If [Q, [{a: 1, b: 2}, 4], [{a: 1, b: 3}, 4]]", "[{a: 1, b: ?${Fn::If(${Fn::Equals(${U},x)},2,3)}}, 4]"),
        ("!If [Q, {a: 1}, {a: 1, b: 2}]", "?${Fn::If(${Fn::Equals(${U},x)},{a:1,},{a:1,b:2,})}"),
        ("{Ref: AWS::NoValue}", "-"),
        ("[!Ref AWS::NoValue, 1]", "[1]"),
        ("!GetAtt V.BackupVaultArn", "&V.BackupVaultArn"),
        ("{'Fn::GetAtt': [V, BackupVaultArn]}", "&V.BackupVaultArn"),
        ("!Sub '${A}-${!A}-${V}-${V.Arn}'", "\"a-${A}-\" + &V.Ref + \"-\" + &V.Arn"),
        ("!Sub '${V}'", "&V.Ref"),
        ("!Sub ['${A}${B}', {A: 1, B: !Ref U}]", "\"1\" + ?${U}"),
        ("!Join ['', [a, !Ref A, 1, true]]", "\"aa1true\""),
        ("!Join [',', ['', '', a]]", "\",,a\""),
        ("!Join [',', !Ref L]", "\"x,y\""),
        ("!Join [',', [!Ref U, !Ref V]]", "?${U} + \",\" + &V.Ref"),
        ("!Select [1, !Ref L]", "\"y\""),
        ("!Select [!Ref U, !Ref L]", "?${Fn::Select(${U},[x,y,])}"),
        ("!Split ['-', a-b]", "[\"a\", \"b\"]"),
        ("!Select [0, !Split ['-', !Ref U]]", "?${Fn::Select(0,${Fn::Split(-,${U})})}"),
        ("!If [T, yes, no]", "true"),
        ("!If [F, yes, !Ref 'AWS::NoValue']", "-"),
        ("!If [Q, 1, 2]", "?${Fn::If(${Fn::Equals(${U},x)},1,2)}"),
        ("!If [Q, {a: !Ref U}, {a: !Ref U}]", "{a: ?${U}}"),
        ("!FindInMap [M, k, other]", "2"),
        ("!FindInMap [M, !Ref U, same]", "1"),
        ("!FindInMap [M, !Ref U, other]", "?${Fn::FindInMap(M,${U},other)}"),
        ("!FindInMap [M, z, z, {DefaultValue: !Ref A}]", "\"a\""),
        ("!Base64 {'Fn::Sub': 'x${A}'}", "\"eGE=\""),
        ("!Cidr [10.0.0.0/16, 2, 8]", "[\"10.0.0.0/24\", \"10.0.1.0/24\"]"),
        ("!GetAZs ''", "?${Fn::GetAZs()}"),
        ("!ImportValue a", "?${Fn::ImportValue(a)}"),
        ("!Length [1, 2]", "2"),
        ("!ToJsonString {b: 1, a: [!Ref A]}", "\"{\\\"b\\\":1,\\\"a\\\":[\\\"a\\\"]}\""),
        ("!Transform {Name: AWS::Include}", "?${Fn::Transform(sha256:*)}"),
        ("'a {{resolve:ssm:/x}} b'", "\"a \" + ?{{resolve:ssm:/x}} + \" b\""),
        ("!Sub '{{resolve:secretsmanager:${V}::p}}'", "?{{resolve:secretsmanager:${V.Ref}::p}}"),
        ("!Ref AWS::StackName", "?${AWS::StackName}"),
        ("!Sub '${AWS::Partition} ${AWS::URLSuffix}'", "\"aws amazonaws.com\""),
        ("{Condition: {Ref: 1, Other: 2}}", "{Condition: {Ref: 1, Other: 2}}"),
    ] {
        let found = property(p, value).unwrap();
        let found = found.split_once("sha256:").map_or(found.clone(), |(start, _)| format!("{start}sha256:*)}}"));
        assert_eq!(found, expected, "{value}");
    }
    let china = Options { region: Some("cn-north-1".to_owned()), ..Options::default() };
    assert_eq!(property_with("", "!Sub '${AWS::Partition} ${AWS::URLSuffix}'", &china).unwrap(), "\"aws-cn amazonaws.com.cn\"");
}

#[test]
fn three_valued_conditions() {
    for (condition, expected) in [
        ("!And [!Equals [1, 2], !Equals [!Ref U, 1]]", "2"),
        ("!Or [!Equals [1, 1], !Equals [!Ref U, 1]]", "1"),
        ("!Equals [!Ref U, !Ref U]", "1"),
        ("!Equals [[a, !Ref U], [b, !Ref U]]", "2"),
        ("!Equals [true, 'true']", "1"),
        ("!And [!Equals [1, 1], !Not [!Equals [!Ref U, 1]]]", "?${Fn::If(${Fn::And(!${Fn::Equals(${U},1)})},1,2)}"),
    ] {
        let sections = format!("Parameters: {{U: {{Type: String}}}}\nConditions:\n  C: {condition}\n");
        assert_eq!(property(&sections, "!If [C, 1, 2]").unwrap(), expected, "{condition}");
    }
}

#[test]
fn parameters_by_type() {
    for (kind, given, expected) in [
        ("String", json!(7), "\"7\""),
        ("Number", json!("7"), "7"),
        ("Number", json!("007"), "\"007\""),
        ("CommaDelimitedList", json!("a, b"), "[\"a\", \"b\"]"),
        ("List<AWS::EC2::Subnet::Id>", json!(["a"]), "[\"a\"]"),
        ("String", json!(["a", "b"]), "\"a,b\""),
        ("AWS::SSM::Parameter::Value<String>", json!("/x"), "?${X}"),
        ("AWS::EC2::KeyPair::KeyName", json!("key"), "\"key\""),
    ] {
        let options = Options { parameters: [("X".to_owned(), given)].into(), ..Options::default() };
        assert_eq!(property_with(&format!("Parameters: {{X: {{Type: '{kind}'}}}}"), "!Ref X", &options).unwrap(), expected, "{kind}");
    }
}

#[test]
fn errors_name_the_place() {
    for (text, expected) in [
        ("a: 1", "t.yaml:1:1: has no Resources"),
        ("- a", "t.yaml:1:1: a template is a map, not a list"),
        ("Resources: [a]", "t.yaml:1:12: Resources is a map, not a list"),
        ("Resources:\n", "t.yaml:1:1: Resources is a map, not nothing"),
        ("Resources:\n  A:\n    Properties: {}", "t.yaml:2:3: resource A has no Type"),
        ("Resources:\n  A: b", "t.yaml:2:3: resource A is a map, not a text"),
        ("Resources:\n  A: {Type: [x]}", "t.yaml:2:13: Type of resource A is a text, not a list"),
        (
            "Conditions:\n  A: !Condition B\n  B: !Not [!Condition C]\n  C: !Or [!Equals [1, 1], !Condition A]\nResources: {}",
            "t.yaml:2:3: conditions refer to each other in a cycle: A → B → C → A",
        ),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
}

#[test]
fn macros_may_make_what_is_not_there() {
    let template =
        |transform: &str| format!("Transform: {transform}\nResources: {{A: {{Type: A::B::C, Properties: {{P: !Ref B, Q: !Foo 1}}}}}}");
    assert_eq!(reason(&parse(&template("AWS::LanguageExtensions")).unwrap(), "A", "P"), "B is not declared in this template");
    let declarations = parse(&template("[AWS::LanguageExtensions, AWS::Include]")).unwrap();
    assert_eq!(reason(&declarations, "A", "P"), "B is created by the macro AWS::Include");
    assert_eq!(reason(&declarations, "A", "Q"), "Fn::Foo is for the macro AWS::LanguageExtensions");
    assert_eq!(declarations[0].type_name, "module", "a snippet can hold resources");
    // A macro can insert a whole resource, a mapping, or all resources.
    let include = "Fn::Transform: {Name: AWS::Include}";
    let whole = parse(&format!("Resources: {{A: {{{include}}}, B: {{Type: T::T::T, Properties: {{P: !Ref A}}}}}}")).unwrap();
    let types: Vec<_> = whole.iter().map(|declaration| declaration.type_name.as_str()).collect();
    assert_eq!(types, ["", "module", "T::T::T"]);
    let mapped =
        parse(&format!("Mappings: {{{include}}}\nResources: {{A: {{Type: T::T::T, Properties: {{P: !FindInMap [M, a, b]}}}}}}")).unwrap();
    assert_eq!(reason(&mapped, "A", "P"), "the mapping M is created by a macro");
    assert_eq!(parse("Transform: AWS::Include\nOutputs: {}").unwrap().len(), 1);
    assert!(parse("Transform: AWS::LanguageExtensions\nOutputs: {}").is_err());
    let included = "Resources: {A: {Type: A::B::C, Properties: {P: 1, Fn::Transform: {Name: AWS::Include}}}}";
    assert!(matches!(parse(included).unwrap()[0].body.value, Value::Unknown(_)));
}

/// A macro of the template, of its resources or of one resource can change existing values.
#[test]
fn what_a_macro_can_change_is_not_known() {
    let resource = "A: {Type: AWS::B::C, DeletionPolicy: Retain, Properties: {P: 1}}";
    for (text, name) in [
        (format!("Transform: Mine\nResources: {{{resource}}}"), "Mine"),
        (format!("Transform: {{Name: Mine, Parameters: {{a: b}}}}\nResources: {{{resource}}}"), "Mine"),
        (format!("Resources: {{Fn::Transform: {{Name: Mine}}, {resource}}}"), "Mine"),
        (format!("Resources: {{{}}}", resource.replace("Properties", "Fn::Transform: {Name: Own}, Properties")), "Own"),
    ] {
        let declarations = parse(&text).unwrap();
        let found = declarations.iter().find(|declaration| declaration.id == "A").unwrap();
        let expected = format!("the macro {name} can change it before it is deployed (audit the processed template)");
        for node in [&found.body, found.setting("DeletionPolicy").unwrap()] {
            assert!(matches!(&node.value, Value::Unknown(unknown) if *unknown.reason == *expected), "{text}: {:?}", node.value);
        }
    }
    // These macros leave existing values unchanged.
    for name in ["AWS::LanguageExtensions", "AWS::Include", "AWS::Serverless-2016-10-31", "AWS::CodeDeployBlueGreen"] {
        let declarations = parse(&format!("Transform: {name}\nResources: {{{resource}}}")).unwrap();
        assert!(matches!(declarations.last().unwrap().body.value, Value::Map(_)), "{name}");
    }
}

/// A loop over an unknown collection may create no resource.
#[test]
fn what_a_loop_over_something_unknown_makes_may_not_be_there() {
    let text = "Transform: AWS::LanguageExtensions\nParameters: {U: {Type: CommaDelimitedList}}\nResources:\n  B: {Type: T::T::T}\n  Fn::ForEach::L:\n    - X\n    - !Ref U\n    - A${X}: {Type: T::T::T}\n";
    let declarations = parse(text).unwrap();
    let presence = |id: &str| declarations.iter().find(|declaration| declaration.id == id).unwrap().setting("presence").is_some();
    assert!(presence("A${X}") && !presence("B"));
}

#[test]
fn waivers() {
    for (text, expected) in [
        (
            "Resources:\n  A: # rel9:ignore rule\n    Type: x\n",
            "t.yaml:2:6: the waiver of rule has no reason: write `# rel9:ignore rule-id reason`",
        ),
        (
            "Resources:\n  # rel9:ignored rule reason\n  A: {Type: x}\n",
            "t.yaml:2:3: a waiver without a rule: write `# rel9:ignore rule-id reason`",
        ),
        (
            "# rel9:ignore a b\nResources:\n  A: {Type: x}\n",
            "t.yaml:1:1: this waiver belongs to no resource: write it above or inside a resource",
        ),
        (
            "Resources:\n  A: {Type: x}\nOutputs:\n  B: # rel9:ignore a b\n",
            "t.yaml:4:6: this waiver belongs to no resource: write it above or inside a resource",
        ),
    ] {
        assert_eq!(error(text), expected);
    }
    let metadata = |waiver: &str| format!("Resources:\n  A:\n    Type: x\n    Metadata:\n      rel9: {waiver}\n");
    for (waiver, expected) in [
        ("{ignore: [{rule: a}]}", "t.yaml:5:23: this waiver gives no reason"),
        ("{ignore: [{reason: a}]}", "t.yaml:5:23: this waiver gives no rule"),
        ("{ignore: [{rule: a, reason: b, expires: 2027-02-30}]}", "t.yaml:5:53: 2027-02-30 is not a date; write it as 2027-01-31"),
        ("{ignore: [{rule: a, reason: b, until: x}]}", "t.yaml:5:44: a waiver has no until; it has rule, reason, expires"),
        ("{ignores: []}", "t.yaml:5:14: rel9 has no ignores; it has ignore"),
        ("{ignore: a}", "t.yaml:5:22: rel9: ignore is a list of waivers, not a text"),
    ] {
        assert_eq!(error(&metadata(waiver)), expected);
    }
    let text = "Resources:\n  A:\n    Type: x\n    # rel9:ignore one in A\n  # rel9:ignore two above B\n\n  # rel9:ignore three above B\n  B:\n    Type: x\n  # in the last line\n";
    let rules = |text: &str| -> Result<Vec<Vec<String>>, _> {
        Ok::<_, TemplateError>(
            parse(text)?.into_iter().map(|declaration| declaration.ignores.into_iter().map(|ignore| ignore.rule).collect()).collect(),
        )
    };
    // A line in between separates a comment from the resource.
    assert_eq!(error(text), "t.yaml:5:3: this waiver belongs to no resource: write it above or inside a resource");
    assert_eq!(rules(&text.replace("B\n\n", "B\n")).unwrap(), [vec!["one"], vec!["two", "three"]]);
    assert_eq!(rules(&text.replace("B\n\n", "B\n").replace('\n', "\r\n")).unwrap(), [vec!["one"], vec!["two", "three"]]);
}

#[test]
fn files_of_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parameters.json");
    let values = |text: &str| {
        std::fs::write(&path, text).unwrap();
        read_parameters(&path).map(|parameters| parameters.values).map_err(|error| error.what)
    };
    let expected: std::collections::BTreeMap<_, _> = [("A".to_owned(), json!("1")), ("B".to_owned(), json!("x=y"))].into();
    for text in [
        r#"[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "ParameterValue": "x=y"}, {"ParameterKey": "C", "UsePreviousValue": true}]"#,
        r#"{"A": "1", "B": "x=y"}"#,
        r#"{"Parameters": {"A": "1", "B": "x=y"}, "Tags": {"a": "b"}}"#,
        r#"["A=1", "B=x=y"]"#,
        r#"{"StackName": "s", "Parameters": [{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "ParameterValue": "x=y"}]}"#,
    ] {
        assert_eq!(values(text).unwrap(), expected, "{text}");
    }
    assert_eq!(values(r#"["A=1", "A=2"]"#).unwrap_err(), "the parameter A is given twice");
    assert_eq!(values(r#"{"A": {"b": 1}}"#).unwrap_err(), "the value of a parameter is a text or a list of texts, not a map");
    assert_eq!(values("[1]").unwrap_err(), "a parameter is {\"ParameterKey\": …, \"ParameterValue\": …} or \"Key=Value\"");
    assert!(read_parameters(&folder.path().join("none")).is_err());
}

/// Each of these is small, but would exhaust memory or the call stack, or never end.
#[test]
fn bombs() {
    let mut doubling = "x".repeat(64);
    for _ in 0..40 {
        doubling = format!("!Sub ['${{A}}${{A}}${{A}}${{A}}', {{A: {doubling}}}]");
    }
    let chain: String = (0..50_000).map(|index| format!("  C{index:05}: !Condition C{:05}\n", index + 1)).collect();
    let list = vec!["a"; 20_000].join(",");
    let many = "!Ref L, ".repeat(20_000);
    let items = (0..50).map(|index| format!("i{index}")).collect::<Vec<_>>().join(",");
    let many_resources: String = (0..5001).map(|index| format!("  R{index}: {{Type: x}}\n")).collect();
    let loops = (0..8).fold("{'R${A0}x${A1}x${A2}x${A3}x${A4}x${A5}x${A6}x${A7}': {Type: x}}".to_owned(), |body, index| {
        format!("{{'Fn::ForEach::L{index}': [A{index}, [{items}], {body}]}}")
    });
    for (text, expected) in [
        (format!("Resources: {{A: {{Type: x, Properties: {{P: {doubling}}}}}}}"), "grows too large"),
        (format!("Conditions:\n{chain}  C50000: !Equals [1, 1]\nResources: {{}}"), "nested too deep"),
        (
            format!(
                "Parameters: {{L: {{Type: CommaDelimitedList, Default: '{list}'}}}}\nResources: {{A: {{Type: x, Properties: {{P: [{many}]}}}}}}"
            ),
            "grows too large",
        ),
        (format!("Resources: {loops}"), "grows too large"),
        (format!("Resources:\n{many_resources}"), "has more than 5000 resources"),
    ] {
        assert!(error(&text).contains(expected), "{}", error(&text));
    }
}

#[test]
fn deep_values_do_not_overflow_the_stack() {
    for (opening, closing) in [
        ("!Sub ['${A}', {A: ", "}]"),
        ("!If [!Equals [1, 1], ", ", 2]"),
        ("!Join ['', [", "]]"),
        ("!Select [0, [", "]]"),
        ("!FindInMap [a, b, c, {DefaultValue: ", "}]"),
        ("{a: ", "}"),
        ("!Not [", "]"),
        ("!Length [!ToJsonString [", "]]"),
    ] {
        for depth in [20, 45, 95, 1000] {
            let value = format!("{}x{}", opening.repeat(depth), closing.repeat(depth));
            let result = property("Mappings: {a: {}}", &value);
            assert!(result.is_ok() || depth > 20 || opening.starts_with("!Not"), "{opening} {depth} {result:?}");
        }
    }
}

#[test]
fn megabytes_of_json() {
    let mut text = String::from("{\"Resources\": {\n");
    let filler = "x".repeat(3_000);
    let mut index = 0;
    while text.len() < 15_000_000 {
        let _ = writeln!(
            text,
            "\t\"R{index}\": {{\"Type\": \"AWS::EC2::Volume\", \"Properties\": {{\"Size\": {index}, \"Tags\": [{{\"Key\": \"{filler}\"}}]}}}},"
        );
        index += 1;
    }
    text += "\"Last\": {\"Type\": \"AWS::S3::Bucket\"}}}";
    assert!(claims_to_be(&text));
    let declarations = read(Path::new("big.json"), "big.json", &text, &Options::default()).unwrap();
    assert_eq!(declarations.len(), index + 1);
    assert_eq!(declarations[index].at.line as usize, index + 2);
    text += &" ".repeat(50_000_000);
    let error = read(Path::new("big.json"), "big.json", &text, &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "big.json: larger than 16 MiB");
}

/// Pieces of templates in any order, so that the result often gets past the parser.
fn pieces() -> impl Strategy<Value = String> {
    const PIECES: [&str; 48] = [
        "Resources:\n",
        "  A:\n",
        "  B:\n",
        "    Type: AWS::S3::Bucket\n",
        "    Properties:\n",
        "      P: ",
        "      Q: ",
        "!Ref A",
        "!Ref ",
        "!Sub '${A}'",
        "!Sub ",
        "${",
        "}",
        "[",
        "]",
        "{",
        ", ",
        ": ",
        "\n",
        "  ",
        "!GetAtt A.B",
        "!If [C, 1, 2]",
        "!Join ['', [a, b]]",
        "!Select [0, [a]]",
        "Conditions:\n",
        "  C: !Equals [1, !Ref P]\n",
        "Parameters:\n",
        "  P: {Type: String}\n",
        "!FindInMap [M, a, b]",
        "Mappings: {M: {a: {b: 1}}}\n",
        "Fn::ForEach::X: [X, [a, b], {'K${X}': {Type: T}}]\n",
        "Fn::Transform",
        "&a ",
        "*a",
        "<<: ",
        "# rel9:ignore a b\n",
        "{{resolve:ssm:x}}",
        "é",
        "\"",
        "'",
        "\t",
        "|\n",
        "- ",
        "    Condition: C\n",
        "    Metadata: {rel9: {ignore: [{rule: a, reason: b}]}}\n",
        "Transform: AWS::Serverless-2016-10-31\n",
        "    Type: AWS::Serverless::SimpleTable\n",
        "!Cidr [10.0.0.0/8, 3, 9]",
    ];
    proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = parse(&text);
        let _ = claims_to_be(&text);
    }

    #[test]
    fn any_template_is_read_or_refused(text in pieces()) {
        let _ = parse(&text);
        let _ = claims_to_be(&text);
    }

    #[test]
    fn a_broken_template_is_read_or_refused(
        name in proptest::sample::select(vec!["backup.yaml", "foreach.yaml", "sam.yaml", "cdk.out/Shop.template.json"]),
        from in any::<proptest::sample::Index>(),
        length in 0_usize..40,
        piece in pieces(),
    ) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cloudformation").join(name);
        let text: Vec<char> = std::fs::read_to_string(path).unwrap().chars().collect();
        let start = from.index(text.len());
        let end = (start + length).min(text.len());
        let broken: String = text[..start].iter().copied().chain(piece.chars()).chain(text[end..].iter().copied()).collect();
        let _ = parse(&broken);
        let _ = claims_to_be(&broken);
    }

    /// Every value has a place in the text, and names come from the template.
    #[test]
    fn places_are_in_the_text(text in pieces()) {
        if let Ok(declarations) = parse(&text) {
            let lines = u32::try_from(text.lines().count()).unwrap();
            for declaration in declarations {
                prop_assert!((1..=lines).contains(&declaration.at.line) && declaration.at.column >= 1);
                prop_assert!((1..=lines + 1).contains(&declaration.body.at.line));
            }
        }
    }
}
