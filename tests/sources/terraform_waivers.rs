//! Waivers in Terraform files: on a module call for all its resources; and errors for waivers without effect.

use crate::support::Rel9;

const MODULE: &str = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"acme\"\n}\n";
const OUTER: &str = "module \"inner\" {\n  source = \"../inner\"\n}\nresource \"aws_s3_bucket\" \"o\" {\n}\n";
const MAIN: &str = "module \"m\" {\n  # rel9:ignore s3-bucket-versioning expires=2999-01-31 made again by the pipeline\n  source = \"./outer\"\n}\n\
                    module \"other\" {\n  source = \"./inner\"\n}\n";

fn project(main: &str) -> Rel9 {
    Rel9::new().with_files(&[("main.tf", main), ("outer/main.tf", OUTER), ("inner/main.tf", MODULE)])
}

#[test]
fn a_module_call_waives_for_the_module_and_those_in_it() {
    for main in
        [MAIN.to_owned(), MAIN.replace("module \"m\" {\n  #", "// also above\n#").replace("pipeline\n", "pipeline\nmodule \"m\" {\n")]
    {
        let document = project(&main).judge(&["."]);
        document.expect(
            "s3-bucket-versioning",
            &[
                ("module.m.aws_s3_bucket.o", "waived"),
                ("module.m.module.inner.aws_s3_bucket.b", "waived"),
                ("module.other.aws_s3_bucket.b", "fail"),
            ],
        );
        let waiver = &document.find("s3-bucket-versioning", "module.m.module.inner.aws_s3_bucket.b").expect("a finding")["waiver"];
        assert_eq!((waiver["approved_by"].as_str(), waiver["expires"].as_str()), (Some("main.tf:2"), Some("2999-01-31")));
        // Only the rule that the waiver names.
        document.expect("s3-bucket-object-lock", &[("module.m.aws_s3_bucket.o", "fail")]);
    }
}

#[test]
fn a_module_call_beside_a_plan_waives_too() {
    let resource = |module: &str| {
        let address = format!("{module}.aws_s3_bucket.b");
        serde_json::json!({ "address": module, "resources": [{ "address": address, "mode": "managed", "type": "aws_s3_bucket", "name": "b", "values": { "bucket": "acme" } }] })
    };
    let plan = serde_json::json!({ "format_version": "1.2", "terraform_version": "1.11.4", "planned_values": { "root_module": { "child_modules": [
        { "address": "module.m", "child_modules": [resource("module.m.module.inner")] }, resource("module.other"),
    ] } } });
    let rel9 = project(MAIN).with_files(&[("plan.json", &plan.to_string())]);
    let document = rel9.judge(&["plan.json"]);
    document
        .expect("s3-bucket-versioning", &[("module.m.module.inner.aws_s3_bucket.b", "waived"), ("module.other.aws_s3_bucket.b", "fail")]);
}

#[test]
fn what_would_waive_nothing_is_told_with_its_line() {
    let unknown_rule = MAIN.replace("s3-bucket-versioning", "s3-bucket-version");
    project(&unknown_rule).run(&["audit", "."]).ended(2).said("main.tf:2: there is no rule `s3-bucket-version`");
    // A file with an invalid waiver is not judged: in a folder, the other files are; given by name, it ends the run.
    let refused = |main: &str, words: &str| {
        let rel9 = project(main);
        rel9.run(&["audit", "."]).ended(1).said(words);
        rel9.run(&["audit", "main.tf"]).ended(2).said(words);
    };
    refused(&MAIN.replace("rel9:ignore", "rel9:ignor"), "main.tf:2:5: `rel9:ignor` waives nothing: write `# rel9:ignore rule-id reason`");
    refused(&MAIN.replace("rel9:ignore", "rel9-ignore"), "main.tf:2:5: `rel9-ignore` waives nothing");
    refused(
        &MAIN.replace(" expires=2999-01-31 made again by the pipeline", ""),
        "main.tf:2:5: the waiver of s3-bucket-versioning has no reason",
    );
}

#[test]
fn cloudformation_tells_what_is_spelt_nearly_right_as_well() {
    let refused = |resource: &str, words: &str| {
        let template = format!("Resources:\n{resource}");
        Rel9::new().with_files(&[("t.yaml", &template)]).run(&["audit", "t.yaml"]).ended(2).said(words);
    };
    refused(
        "  # rel9: ignore s3-bucket-versioning scratch\n  B:\n    Type: AWS::S3::Bucket\n",
        "t.yaml:2:3: `rel9: ignore` waives nothing",
    );
    refused("  B: # REL9:IGNORE s3-bucket-versioning scratch\n    Type: AWS::S3::Bucket\n", "t.yaml:2:6: `REL9:IGNORE` waives nothing");
    refused("  B:\n    Type: AWS::S3::Bucket\n    Metadata:\n      Rel9: { ignore: [] }\n", "t.yaml:5:7: Rel9 waives nothing");
    refused("  B:\n    Type: AWS::S3::Bucket\n    Metadata:\n      rel9: { ignores: [] }\n", "rel9 has no ignores");
}
