//! HCL as Terraform reads it: rel9 accepts everything that Terraform accepts, with the same value. The grammar:
//! <https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>.

use rel9::template::declaration::Value;

use super::terraform::{module, one, show, shown};

/// The value of `x` in a resource with this text up to the end of the argument.
fn value(expression: &str) -> String {
    let text = format!("locals {{\n  a = {{ x = 1 }}\n  b = \"B\"\n}}\nresource \"aws_a\" \"a\" {{\n  x = {expression}\n}}\n");
    let read = module(&[("main.tf", &text)]).unwrap_or_else(|error| panic!("{expression}: {error}"));
    show(one(&read, "aws_a.a").body.get("x").map_or(&Value::Null, |node| &node.value))
}

#[test]
fn expressions_go_over_lines_where_terraform_lets_them() {
    let cases = [
        // As in cloudposse/terraform-null-label.
        (
            "{ for k in [\"a\", \"b\"] : k => local.b == \"none\" ? k :\n    local.b == \"B\" ? upper(k) : lower(k)\n  }",
            "{a = \"A\", b = \"B\"}",
        ),
        ("{\n    for k, v in local.a :\n    k\n    => v # why\n    if v\n    > 0\n  }", "{x = 1}"),
        ("[\n    for k in [1,\n    2] :\n    k\n    * 2\n  ]", "[2, 4]"),
        ("(\n    true\n    && (1\n    < 2)\n    ? \"yes\"\n    : \"no\"\n  )", "\"yes\""),
        ("merge(\n    { a = 1 }, // one\n    { b = 2 }, /* two\n    lines */\n  )", "{a = 1, b = 2}"),
        ("\"${\n    local.b == \"B\" ?\n    \"yes\" :\n    \"no\"\n  }\"", "\"yes\""),
        ("[for o in [{\n      n = (1\n        + 1)\n      m = [\n      3]\n    }] : o.n +\n    o.m[\n      0\n    ]]", "[5]"),
        ("max(1,\n    2\n    ...)", "?"),
        ("local.a\n", "{x = 1}"),
        ("{ \"k\" : 1, k2 = 2, (local.b) = 3, \"x${local.b}\" = 4, 5 = 6, true = 7 }", "{k = 1, k2 = 2, B = 3, xB = 4, 5 = 6, true = 7}"),
        ("{ # first\n    a = 1 # one\n    b = 2, // two\n\n    /* three */ c = 3\n  }", "{a = 1, b = 2, c = 3}"),
        ("{ a = { b = 1, }, }", "{a = {b = 1}}"),
        // Of duplicate keys, the last counts.
        ("{ min = 1, max = 2, min = 3 }", "{max = 2, min = 3}"),
        ("{\n    min = <<-E\n      x\n    E\n    \"min\" = [\n      1\n    ]\n  }", "{min = [1]}"),
        ("{ (local.b) = 1, (local.b) = 2 }", "{B = 2}"),
    ];
    for (expression, expected) in cases {
        let found = value(expression);
        match expected {
            "?" => assert!(found.starts_with('?'), "{expression}: {found}"),
            expected => assert_eq!(found, expected, "{expression}"),
        }
    }
}

#[test]
fn literals_names_and_operators_of_all_kinds() {
    let cases = [
        ("1e3 + 1.5E+2 - 2e-1", "1149.8"),
        ("12345678901234567890123", "1.2345678901234568e+22"),
        ("-(-1) - -1", "2"),
        ("!true || !(!true)", "true"),
        ("[[1, 2], [3]][0][1]", "2"),
        ("[{ a = [1] }].0.a.0", "1"),
        ("[{ a = { b = 1 } }].*.a.b", "[1]"),
        ("[{ a = { b = 1 } }][*].a[\"b\"]", "[1]"),
        ("[for größe in [\"é\"] : größe]", "[\"é\"]"),
        ("{ naïve-name = 1 }.naïve-name", "1"),
        ("\"\\u00e9\\U0001F600\\t\\\"$${x} %%{y} $ % $$ %\"", "\"é😀\\t\\\"${x} %{y} $ % $$ %\""),
        ("provider::a::b(1)", "?${provider::a::b(1)}"),
        ("<<EOT\n%{ if local.b == \"B\" }yes%{ else }no%{ endif }\nEOT\n", "\"yes\\n\""),
        ("<<-EOT\n    a\n      %{ for v in [\"x\", \"y\"] ~}\n      - ${v}\n      %{ endfor ~}\n    b $${c}\n    EOT\n", "?"),
        ("<<EOT\n  EOTX\nEOT\n", "\"  EOTX\\n\""),
        ("[<<A\none\nA\n, <<-B\n  two ${\"}\"}\n  B\n  ]", "[\"one\\n\", \"two }\\n\"]"),
        ("<<EOT\nEOT\n", "\"\""),
        // Escapes between directives in quotes.
        ("\"%{ if true }a\\n\\\"b\\\"\\u00e9%{ endif }\"", "\"a\\n\\\"b\\\"é\""),
        // A tag strips the white space of its own line.
        ("\"a ${~ \"b\" ~} \\n c\"", "\"abc\""),
        ("<<EOT\n%{ for v in [1, 2] ~}\n  - ${v}\n%{ endfor ~}\nend\nEOT\n", "\"  - 1\\n  - 2\\nend\\n\""),
    ];
    for (expression, expected) in cases {
        let found = value(expression);
        match expected {
            "?" => assert!(found.starts_with('"'), "{expression}: {found}"),
            expected => assert_eq!(found, expected, "{expression}"),
        }
    }
}

#[test]
fn files_of_every_layout_are_read() {
    let cases = [
        "",
        "\n# nothing\n",
        "// a comment without an end of line",
        "resource aws_a a {\n}\n",
        "resource \"aws_a\" \"a\" { x = 1 }\nresource \"aws_a\" \"b\" {}\n",
        "resource \"aws_a\" \"a\" { # why\n  x = 1 /* one */ # two\n  block { y = [1,\n 2] }\n  block {}\n}\n",
        "\u{feff}resource \"aws_a\" \"a\" {\r\n  x = [\r\n    1, # one\r\n    2\r\n  ]\r\n  y = <<-E\r\n    z\r\n  E\r\n}\r\n",
        "/* a\n comment */ locals { a = 1 }\n",
        "locals {\n\ta\t=\t1\n\tb = 2\n}",
        "moved {\n  from = aws_a.a\n  to   = aws_a.b[0]\n}\nremoved {\n  from = aws_a.c\n  lifecycle {\n    destroy = false\n  }\n}\n\
         import {\n  to = aws_a.d\n  id = \"x\"\n}\ncheck \"c\" {\n  assert {\n    condition = true\n    error_message = \"m\"\n  }\n}\n",
        "terraform {\n  required_version = \">= 1.0\"\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n\
         \x20     configuration_aliases = [aws.x, aws.y]\n    }\n  }\n  backend \"s3\" {}\n}\n",
        "variable \"v\" {\n  type = object({\n    a = optional(list(string), [])\n    b = map(any)\n  })\n  validation {\n    condition = alltrue([\n\
         \x20     for x in var.v.a : can(regex(\"^a\", x))\n    ])\n    error_message = \"m\"\n  }\n}\n",
    ];
    for text in cases {
        assert!(module(&[("main.tf", text)]).is_ok(), "{text}: {:?}", module(&[("main.tf", text)]).err());
    }
    let variables = "# which\nlist = [\n  \"a\",\n  \"b\", # two\n]\nmap = {\n  x = 1\n  \"y\" = 2\n  x = 3\n}\ntext = <<E\nl\nE\n";
    let main = "variable \"list\" {}\nvariable \"map\" {}\nvariable \"text\" {}\nresource \"aws_a\" \"a\" {\n  list = var.list\n  map = var.map\n  text = var.text\n}\n";
    let read = module(&[("main.tf", main), ("terraform.tfvars", variables)]).unwrap();
    let a = one(&read, "aws_a.a");
    assert_eq!(
        (shown(a, "list").as_str(), shown(a, "map").as_str(), shown(a, "text").as_str()),
        (r#"["a", "b"]"#, "{y = 2, x = 3}", r#""l\n""#)
    );
}

#[test]
fn json_may_have_blocks_of_one_name_twice() {
    let text = r#"{"resource": {"aws_a": {"a": {"x": 1, "rule": {"v": 1}, "rule": {"v": 2}}}}, "resource": {"aws_a": {"b": {"x": 2}}}}"#;
    let read = module(&[("main.tf.json", text)]).unwrap();
    assert_eq!(shown(one(&read, "aws_a.a"), "rule"), "[{v = 1}, {v = 2}]");
    assert_eq!(shown(one(&read, "aws_a.b"), "x"), "2");
    let error = module(&[("main.tf.json", r#"{"resource": {"aws_a": {"a": {"x": 1, "x": 2}}}}"#)]).unwrap_err();
    assert_eq!(error.to_string(), "main.tf.json:1:44: x is set twice");
}

#[test]
fn places_stay_where_they_are_written() {
    let text = "locals {\n  a = { for k in [1] : # é\n    k =>\n    k }\n}\nresource \"aws_a\" \"a\" {\n  x = { b = 1, b = 2 }\n  y = (\n    3)\n}\n";
    let read = module(&[("main.tf", text)]).unwrap();
    let a = one(&read, "aws_a.a");
    let place = |path: &str| a.body.get(path).map(|node| (node.at.line, node.at.column));
    assert_eq!((a.at.line, place("x"), place("y")), (6, Some((7, 7)), Some((9, 5))));
    let error = module(&[("main.tf", "resource \"aws_a\" \"a\" {\n  x = [\n    1,\n    2\n    = 3\n  ]\n}\n")]).unwrap_err();
    assert_eq!(error.at.map(|at| (at.line, at.column)), Some((5, 5)));
}
