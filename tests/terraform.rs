//! Terraform modules, plans and states as declarations.

use std::path::Path;

use rel9::template::declaration::{Declaration, Node, Value};
use rel9::template::terraform::read_folder;

fn shop() -> Vec<Declaration> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform/shop");
    read_folder(&folder, "fixtures/terraform/shop", &[]).unwrap()
}

#[test]
fn shows() {
    for d in shop() {
        println!("{} {}:{}:{} {:?}", d.id, d.file, d.at.line, d.at.column, d.ignores);
        show(&d.body, 2);
        for (k, n) in &d.settings {
            println!("  !{k}");
            show(n, 4);
        }
    }
}

fn show(node: &Node, indent: usize) {
    let pad = " ".repeat(indent);
    match &node.value {
        Value::Map(m) => {
            for (k, n) in m {
                println!("{pad}{k} @{}:{}", n.at.line, n.at.column);
                show(n, indent + 2)
            }
        }
        Value::List(m) => {
            for n in m {
                println!("{pad}- @{}:{}", n.at.line, n.at.column);
                show(n, indent + 2)
            }
        }
        other => println!("{pad}{other:?}"),
    }
}
