pub struct Policy;
pub struct Denial { pub everyone: bool, pub exempt_principals: Vec<String> }
impl Policy {
    pub fn parse(_: &str) -> Result<Policy, String> { Ok(Policy) }
    pub fn denied(&self, _: &str) -> Denial { Denial { everyone: false, exempt_principals: vec![] } }
    pub fn open_statements(&self) -> Vec<String> { vec![] }
}
pub fn refused_encryption_types(_: &str) -> Result<Vec<String>, String> { Ok(vec![]) }
