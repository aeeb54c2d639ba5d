//! Terraform's functions on known values, and those that read files of the configuration. The values are from the examples of Terraform's
//! reference, where it has some: <https://developer.hashicorp.com/terraform/language/functions>.

use std::fs;

use rel9::template::declaration::Value;
use rel9::template::terraform::read_folder;

use super::terraform::{module, one, show, shown, why};
use crate::support::Rel9;

/// The value of an expression in a root module with these files.
fn value_beside(expression: &str, files: &[(&str, &str)]) -> String {
    let text = format!("resource \"aws_a\" \"a\" {{\n  x = {expression}\n}}\nresource \"aws_b\" \"one\" {{}}\n");
    let files: Vec<(&str, &str)> = files.iter().copied().chain([("main.tf", text.as_str())]).collect();
    let read = module(&files).unwrap_or_else(|error| panic!("{expression}: {error}"));
    show(one(&read, "aws_a.a").body.get("x").map_or(&Value::Null, |node| &node.value))
}

fn value(expression: &str) -> String {
    value_beside(expression, &[])
}

#[test]
fn functions_on_known_values_give_what_terraform_gives() {
    let cases = [
        // Patterns are RE2's.
        (r#"regex("[a-z]+", "53453453.345345aaabbbccc23454")"#, r#""aaabbbccc""#),
        (r#"regex("(\\d\\d\\d\\d)-(\\d\\d)-(\\d\\d)", "2019-02-01")"#, r#"["2019", "02", "01"]"#),
        (r#"regex("^(?:(?P<scheme>[^:/?#]+):)?(?://(?P<host>[^/?#]*))?", "https://terraform.io/x").host"#, r#""terraform.io""#),
        (r#"can(regex("[a-z]+", "53453453.34534523454"))"#, "false"),
        (r#"can(regex("^arn:(aws|aws-cn):kms:", "arn:aws:kms:eu-west-1:1:key/a"))"#, "true"),
        (r#"regexall("[a-z]+", "1234abcd5678efgh9")"#, r#"["abcd", "efgh"]"#),
        (r#"length(regexall("(?i)^prod", "Production")) > 0 ? "p" : "n""#, r#""p""#),
        (r#"replace("hello world", "/w.*d/", "everybody")"#, r#""hello everybody""#),
        (r#"replace("a-b_c", "/([a-z])[-_]/", "$${1}.")"#, r#""a.b.c""#),
        (r#"replace("a/b", "/", "-")"#, r#""a-b""#),
        (r#"try(regex("x", "y"), "none")"#, r#""none""#),
        // Texts in other forms.
        (r#"base64encode("Hello World")"#, r#""SGVsbG8gV29ybGQ=""#),
        (r#"base64decode("SGVsbG8gV29ybGQ=")"#, r#""Hello World""#),
        (r#"can(base64decode("SGVsbG8"))"#, "false"),
        (r#"textencodebase64("Hello World", "UTF-16LE")"#, r#""SABlAGwAbABvACAAVwBvAHIAbABkAA==""#),
        (r#"textdecodebase64("SABlAGwAbABvACAAVwBvAHIAbABkAA==", "UTF-16LE")"#, r#""Hello World""#),
        (r#"urlencode("Hello World & Ñ")"#, r#""Hello+World+%26+%C3%91""#),
        (r#"csvdecode("a,b\n1,2\n4,\"5,6\"\n")"#, r#"[{a = "1", b = "2"}, {a = "4", b = "5,6"}]"#),
        (r#"jsondecode("{\"a\": 1, \"a\": 2}").a"#, "2"),
        (
            r#"jsondecode(jsonencode({ v = aws_b.one.arn, w = ["x-${aws_b.one.id}"] }))"#,
            r#"{v = <aws_b.one.arn>, w = ["x-"+<aws_b.one.id>]}"#,
        ),
        (
            r#"yamldecode("a: yes\nb: [012, 1.50, ~, '7', 0b11]\nc: 2012-10-17\n")"#,
            r#"{a = true, b = [12, 1.5, null, "7", 3], c = "2012-10-17T00:00:00Z"}"#,
        ),
        (r#"yamldecode("base: &b {x: 1}\nown: {<<: *b, y: 2}").own"#, "{y = 2, x = 1}"),
        (r#"can(yamldecode("a: !vault x"))"#, "false"),
        (
            r#"yamlencode({ "foo" = [1, { "a" = "b", "c" = "d" }, []], "bar" = "baz" })"#,
            r#""\"bar\": \"baz\"\n\"foo\":\n- 1\n- \"a\": \"b\"\n  \"c\": \"d\"\n- []\n""#,
        ),
        (r#"yamldecode(yamlencode({ a = { b = [[1, 2], { c = true }] } }))"#, "{a = {b = [[1, 2], {c = true}]}}"),
        // Digests.
        (r#"md5("hello world")"#, r#""5eb63bbbe01eeed093cb22bb8f5acdc3""#),
        (r#"sha1("hello world")"#, r#""2aae6c35c94fcfb415dbe95f408b9ce91ee846ed""#),
        (r#"sha256("hello world")"#, r#""b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9""#),
        (r#"substr(sha512("hello world"), 0, 16)"#, r#""309ecc489c12d6eb""#),
        (r#"base64sha256("hello world")"#, r#""uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=""#),
        (r#"substr(base64sha512("hello world"), 0, 8)"#, r#""MJ7MSJwS""#),
        (r#"uuidv5("dns", "www.terraform.io")"#, r#""a5008fae-b28c-5ba5-96cd-82b4c53552d6""#),
        (r#"uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.terraform.io")"#, r#""a5008fae-b28c-5ba5-96cd-82b4c53552d6""#),
        // Addresses.
        (r#"cidrhost("10.12.112.0/20", 16)"#, r#""10.12.112.16""#),
        (r#"cidrhost("10.12.112.0/20", -1)"#, r#""10.12.127.255""#),
        (r#"cidrhost("fd00:fd12:3456:7890:00a2::/72", 34)"#, r#""fd00:fd12:3456:7890::22""#),
        (r#"cidrnetmask("172.16.0.0/12")"#, r#""255.240.0.0""#),
        (r#"cidrsubnet("172.16.0.0/12", 4, 2)"#, r#""172.18.0.0/16""#),
        (r#"cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)"#, r#""fd00:fd12:3456:7800:a200::/72""#),
        (r#"cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)"#, r#"["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20"]"#),
        (r#"can(cidrsubnet("10.0.0.0/30", 4, 0))"#, "false"),
        (r#"cidrcontains("10.0.0.0/8", "10.1.0.0/16")"#, "true"),
        // Times.
        (r#"formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z")"#, r#""02 Jan 2018 23:12 UTC""#),
        (r#"formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z")"#, r#""Tuesday, 02-Jan-18 23:12:01 UTC""#),
        (r#"formatdate("EEE, DD MMM YYYY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00")"#, r#""Tue, 02 Jan 2018 23:12:01 -0800""#),
        (r#"formatdate("H:mm AA", "2018-01-02T12:05:01Z")"#, r#""12:05 PM""#),
        (r#"formatdate("h'h'mm 'o''clock'", "2018-01-02T09:05:01Z")"#, r#""9h05 o'clock""#),
        (r#"timeadd("2017-11-22T00:00:00Z", "1h30m")"#, r#""2017-11-22T01:30:00Z""#),
        (r#"timeadd("2017-11-22T00:00:00Z", "-1.5h")"#, r#""2017-11-21T22:30:00Z""#),
        (r#"timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00+01:00")"#, "0"),
        (r#"can(timeadd("tomorrow", "1h"))"#, "false"),
        // Texts and numbers.
        (
            r#"format("%+d|%x|%b|%o|%e|%6.2f|%#v|%-6sx", 5, 255, 5, 8, 1500, 3.14159, "q", "l")"#,
            r#""+5|ff|101|10|1.500000e+03|  3.14|\"q\"|l     x""#,
        ),
        (r#"format("%[2]s-%[1]s", "a", "b")"#, r#""b-a""#),
        (r#"format("%05d|%.2s", -42, "abc")"#, r#""-0042|ab""#),
        (r#"can(format("%s", "a", "b"))"#, "false"),
        (r#"title("hello world.foo_bar")"#, r#""Hello World.Foo_bar""#),
        ("log(16, 2)", "4"),
        ("issensitive(\"x\")", "false"),
        ("basename(\"foo/bar/baz.txt\")", "\"baz.txt\""),
        ("dirname(\"foo/bar/baz.txt\")", "\"foo/bar\""),
        ("\"${dirname(\"a\")} ${dirname(\"/a\")} ${basename(\"a/\")} ${basename(\"\")} ${pathexpand(\"a/b\")}\"", "\". / a . a/b\""),
        ("templatestring(\"$${a}-%%{ for b in c }$${b}%%{ endfor }\", { a = 1, c = [\"x\", \"y\"] })", "\"1-xy\""),
    ];
    for (expression, expected) in cases {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn what_nobody_can_know_before_terraform_runs_stays_unknown() {
    for call in [
        "timestamp()",
        "plantimestamp()",
        "uuid()",
        "bcrypt(\"x\")",
        "abspath(\"x\")",
        "pathexpand(\"~/x\")",
        "file(\"~/.ssh/id\")",
        "rsadecrypt(\"x\", \"y\")",
        "base64gzip(\"x\")",
        "can(regex(\"(?=a)\", \"a\"))",
        "regex(\"a\", aws_b.one.id)",
        "provider::aws::arn_parse(\"x\")",
        "no_such_function(1)",
        "yamlencode(\"alone\")",
    ] {
        let found = value(call);
        assert!(found.starts_with('?'), "{call}: {found}");
    }
}

#[test]
fn files_of_the_module_are_read() {
    let files = [
        ("a.json", r#"{"days": 7}"#),
        ("policies/b.yaml", "keep: 14\n"),
        ("policies/c.yml", "x"),
        ("policies/deep/d.yaml", "keep: 3\n"),
        ("t.tftpl", "%{ for n in names ~}\n${upper(n)}=${days}\n%{ endfor ~}\n"),
        ("self.tftpl", "${templatefile(\"self.tftpl\", {})}"),
        ("u.tftpl", "{\"Resource\": \"${arn}\", \"Id\": \"${jsonencode(1)}\"}"),
    ];
    let cases = [
        ("file(\"${path.module}/a.json\")", "\"{\\\"days\\\": 7}\""),
        ("jsondecode(file(\"a.json\")).days", "7"),
        ("yamldecode(file(\"${path.root}/policies/../policies/b.yaml\")).keep", "14"),
        ("filebase64(\"policies/c.yml\")", "\"eA==\""),
        ("filemd5(\"policies/c.yml\") == md5(\"x\") && filesha512(\"policies/c.yml\") == sha512(\"x\")", "true"),
        ("filebase64sha256(\"policies/c.yml\") == base64sha256(\"x\")", "true"),
        ("fileexists(\"a.json\")", "true"),
        ("fileexists(\"none.json\")", "false"),
        ("fileset(path.module, \"policies/*.{yaml,yml}\")", r#"["policies/b.yaml", "policies/c.yml"]"#),
        ("fileset(\"${path.module}/policies\", \"**/*.yaml\")", r#"["b.yaml", "deep/d.yaml"]"#),
        ("fileset(\"none\", \"*\")", "[]"),
        ("{ for f in fileset(\".\", \"policies/[bc].yaml\") : f => yamldecode(file(f)).keep }", "{policies/b.yaml = 14}"),
        ("templatefile(\"t.tftpl\", { names = [\"a\", \"b\"], days = 7 })", r#""A=7\nB=7\n""#),
        ("jsondecode(templatefile(\"u.tftpl\", { arn = aws_b.one.arn })).Resource", "<aws_b.one.arn>"),
        ("try(file(\"none.json\"), \"default\")", "\"default\""),
        ("can(templatefile(\"self.tftpl\", {}))", "false"),
    ];
    for (expression, expected) in cases {
        assert_eq!(value_beside(expression, &files), expected, "{expression}");
    }
}

#[test]
fn a_file_that_is_not_here_or_outside_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("child")).unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    fs::write(root.join("inside.txt"), "inside").unwrap();
    fs::write(root.join("child/own.txt"), "own").unwrap();
    fs::write(root.join("binary"), b"\xff\xfe").unwrap();
    let arguments = "  missing = file(\"${path.module}/gone.json\")\n  above = file(\"../secret.txt\")\n  absolute = file(\"/etc/hostname\")\n\
                     \x20 link = file(\"link.txt\")\n  pipe = file(\"pipe\")\n  text = file(\"binary\")\n  set = fileset(\"..\", \"*\")\n\
                     \x20 exists = fileexists(\"../secret.txt\")\n  inner = file(\"inner.txt\")\n";
    fs::write(root.join("main.tf"), format!("resource \"aws_a\" \"a\" {{\n{arguments}}}\nmodule \"c\" {{\n  source = \"./child\"\n}}\n"))
        .unwrap();
    let child = "resource \"aws_a\" \"b\" {\n  own = file(\"${path.module}/own.txt\")\n  root = file(\"${path.root}/inside.txt\")\n}\n";
    fs::write(root.join("child/main.tf"), child).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret.txt", root.join("link.txt")).unwrap();
        std::os::unix::fs::symlink("inside.txt", root.join("inner.txt")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());
    }
    let read = read_folder(&root, "root", &[]).unwrap();
    let a = one(&read, "aws_a.a");
    assert_eq!(why(a, "missing"), "file: there is no file ./gone.json");
    assert_eq!(why(a, "above"), "file() outside the module: ../secret.txt");
    assert_eq!(why(a, "absolute"), "file() outside the module: /etc/hostname");
    assert_eq!(why(a, "text"), "file: binary is not UTF-8");
    assert_eq!(why(a, "set"), "fileset() outside the module: ..");
    assert_eq!(why(a, "exists"), "fileexists() outside the module: ../secret.txt");
    #[cfg(unix)]
    {
        assert_eq!(why(a, "link"), "file() outside the module: link.txt");
        assert_eq!(why(a, "pipe"), "pipe is not a file");
        assert_eq!(shown(a, "inner"), "\"inside\"");
    }
    let b = one(&read, "module.c.aws_a.b");
    assert_eq!((shown(b, "own"), shown(b, "root")), ("\"own\"".to_string(), "\"inside\"".to_string()));
}

#[test]
fn findings_follow_from_files_and_patterns() {
    let files = [
        ("volumes.yaml", "volumes:\n  - { name: a, encrypted: on }\n  - { name: b, encrypted: off }\n"),
        (
            "main.tf",
            "locals {\n  volumes = yamldecode(file(\"${path.module}/volumes.yaml\")).volumes\n  gone = jsondecode(file(\"gone.json\"))\n}\n\
             resource \"aws_ebs_volume\" \"each\" {\n  for_each = { for v in local.volumes : v.name => v if can(regex(\"^[a-z]$\", v.name)) }\n\
             \x20 availability_zone = \"eu-west-1a\"\n  encrypted = each.value.encrypted\n}\n\
             resource \"aws_ebs_volume\" \"gone\" {\n  availability_zone = \"eu-west-1a\"\n  encrypted = local.gone.encrypted\n}\n",
        ),
    ];
    let document = Rel9::new().with_files(&files).judge(&["."]);
    assert_eq!(document.status("ebs-volume-encrypted", "aws_ebs_volume.each[\"a\"]"), "pass");
    assert_eq!(document.status("ebs-volume-encrypted", "aws_ebs_volume.each[\"b\"]"), "fail");
    let gone = document.find("ebs-volume-encrypted", "aws_ebs_volume.gone").unwrap();
    assert_eq!(gone["status"], "unknown");
    assert!(gone["unknown_because"].to_string().contains("gone.json"), "{gone}");
}
