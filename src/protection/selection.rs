use crate::inventory::{Tags, types::backup::BackupSelection};
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reach { Explicit, Tag }
pub enum Match { Selected(Reach), NotSelected, Unknown(String) }
pub struct Selection(BackupSelection);
impl Selection {
    pub fn of(s: &BackupSelection) -> Self { Selection(s.clone()) }
    pub fn matches(&self, arn: &str, _tags: Option<&Tags>) -> Match {
        if self.0.resources.read().is_some_and(|r| r.iter().any(|x| x == arn || x == "*")) { Match::Selected(Reach::Tag) } else { Match::NotSelected }
    }
}
