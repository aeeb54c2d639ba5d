//! The files of `rel9 remediate`: a guide, a script, and backup plans in Terraform and CloudFormation. Only writes down what the audit worked
//! out.

mod cloudformation;
mod parts;
mod quote;
mod readme;
mod script;
mod terraform;

use crate::audit::remediate::model::Remedies;

/// Every file, by its path in the folder.
pub fn files(remedies: &Remedies) -> Vec<(String, String)> {
    let mut files = vec![("README.md".to_owned(), readme::text(remedies)), ("fix.sh".to_owned(), script::text(remedies))];
    for set in remedies.sets.iter().filter(|set| set.deploys()) {
        files.push((format!("{}/backup.tf", set.folder()), terraform::configuration(remedies, set)));
        files.push((format!("{}/backup.yaml", set.folder()), cloudformation::template(remedies, set)));
    }
    files
}
