//! Which Regions and services are read, or judged.

use super::exit::Failure;
use super::templates::TemplateValues;

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Live AWS")]
pub struct Scope {
    /// Regions to read, or of an inventory or the demo to judge, separated by commas [default: all, which are the enabled ones]
    #[arg(long, value_name = "REGIONS", value_delimiter = ',')]
    regions: Vec<String>,
    /// Services to read; facts from other services are then unknown. `all,keyspaces` adds Amazon Keyspaces, which needs permissions that rel9
    /// does not have by default [default: all]
    #[arg(long, value_name = "SERVICES", value_delimiter = ',')]
    pub services: Vec<String>,
}

impl Scope {
    /// The Regions requested by name; `None` for all.
    pub fn asked_regions(&self) -> Option<Vec<String>> {
        let all = self.regions.is_empty() || self.regions.iter().any(|region| region == "all");
        (!all).then(|| self.regions.clone())
    }

    /// The flags that were given.
    #[cfg(feature = "live")]
    pub fn given(&self) -> Vec<&'static str> {
        let flags = [("--regions", !self.regions.is_empty()), ("--services", !self.services.is_empty())];
        flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag).collect()
    }

    /// Whether only some services are read.
    pub fn some_services(&self) -> bool {
        !self.services.is_empty() && !self.services.iter().any(|service| service == "all")
    }

    /// Refuses what cannot be done with an inventory or the demo, rather than to ignore it.
    ///
    /// # Errors
    /// What to use instead.
    pub fn for_inventory(&self, templates: &TemplateValues) -> Result<(), Failure> {
        if !self.services.is_empty() {
            let what = "--services chooses what is read from live AWS, and an inventory is read already: what it has of other services is evidence, too. \
                        Choose findings with --rule, --resource or --tag, or collect again with --services";
            return Err(what.to_owned().into());
        }
        no_target(templates)
    }

    /// Refuses what cannot be done with templates, rather than to ignore it.
    ///
    /// # Errors
    /// What to use instead.
    pub fn for_templates(&self) -> Result<(), Failure> {
        if !self.regions.is_empty() {
            let what = "--regions is for live AWS and inventories; --region names the Region that a template is deployed to";
            return Err(what.to_owned().into());
        }
        if !self.services.is_empty() {
            let what = "--services is for live AWS: a template is read as a whole. Choose findings with --rule, --resource or --tag";
            return Err(what.to_owned().into());
        }
        Ok(())
    }
}

/// Refuses the target of a deployment where nothing is deployed: it looks as if it chose what is judged.
///
/// # Errors
/// What to use instead.
pub fn no_target(templates: &TemplateValues) -> Result<(), Failure> {
    if templates.region.is_some() {
        let what = "--region names the Region that templates are deployed to; --regions chooses the Regions of live AWS or of an inventory";
        return Err(what.to_owned().into());
    }
    if templates.account.is_some() {
        let what = "--account names the account that templates are deployed to; leave it out here: the account is that of the credentials or of the inventory";
        return Err(what.to_owned().into());
    }
    Ok(())
}
