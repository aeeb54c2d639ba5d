//! `rel9 audit` of CloudFormation and Terraform: the flags about the target of the deployment.

use super::exit::Failure;
use super::flags;
use super::inputs::Inputs;
use super::rules::no_rule;
use super::streams;
use crate::audit::Judged;
use crate::inventory::{GLOBAL, Shard, document};
use crate::report::escape::terminal;
use crate::rules::RuleSet;
use crate::template::declaration::TemplateError;
use crate::template::{self, Options, assume};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// How templates are read, and the account whose plans count.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Templates")]
pub struct TemplateArgs {
    #[command(flatten)]
    pub values: TemplateValues,
    /// Inventory of the account (rel9 collect): its backup plans and vaults count in addition to those of the templates
    #[arg(long, value_name = "PATH")]
    assume_plans: Vec<PathBuf>,
}

/// How templates are read: the values that only the deployment knows.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Templates")]
pub struct TemplateValues {
    /// Values of CloudFormation parameters, in a format of the AWS CLI: a JSON list of ParameterKey and ParameterValue, a JSON object
    #[arg(long, value_name = "FILE")]
    parameters: Vec<PathBuf>,
    /// Values of Terraform variables, like terraform's -var-file
    #[arg(long, value_name = "FILE")]
    var_file: Vec<PathBuf>,
    /// Account that you deploy the templates to
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Region that you deploy the templates to
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Tag that the stack gives to its resources (aws cloudformation deploy --tags)
    #[arg(long, value_name = "KEY=VALUE", value_parser = flags::tag)]
    stack_tag: Vec<(String, String)>,
    /// Exclude files from folders by glob, as a line of .gitignore would (repeatable)
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
}

impl TemplateValues {
    /// The options for reading templates, and the problems of the files of values. Account and Region are those of the flags.
    ///
    /// # Errors
    /// A parameter file or a file of variables that cannot be read.
    pub fn options(&self, ebs_encryption_by_default: Option<bool>) -> Result<(Options, Vec<TemplateError>), String> {
        let mut options = Options {
            account: self.account.clone(),
            region: self.region.clone(),
            tags: self.stack_tag.clone(),
            terraform_variables: self.var_file.clone(),
            exclude: self.exclude.clone(),
            assume_ebs_encryption_by_default: ebs_encryption_by_default,
            ..Options::default()
        };
        let mut warnings = Vec::new();
        for file in &self.var_file {
            template::terraform::check_variables(file).map_err(|error| error.to_string())?;
        }
        for file in &self.parameters {
            let parameters = template::cloudformation::read_parameters(file).map_err(|error| error.to_string())?;
            options.parameters.extend(parameters.values);
            warnings.extend(parameters.warnings);
        }
        Ok((options, warnings))
    }
}

impl TemplateArgs {
    /// Adds the files that are read besides the templates.
    pub fn add_to(&self, inputs: &mut Inputs) {
        self.values.parameters.iter().for_each(|path| inputs.add("a parameter file", path));
        self.values.var_file.iter().for_each(|path| inputs.add("a file of variables", path));
        for path in &self.assume_plans {
            inputs.add("an inventory", path);
        }
    }

    /// Reads templates, and passes each stack to `judge`. An unreadable file of a folder causes a warning, and an entry in the coverage log of the
    /// result.
    ///
    /// # Errors
    /// A template given by name, a parameter file or an inventory that cannot be read; a waiver in a template for an unknown rule; nothing to
    /// judge.
    pub fn read(
        &self,
        paths: &[PathBuf],
        ebs_encryption_by_default: Option<bool>,
        rules: &RuleSet,
        judge: &(dyn Fn(&Shard) -> Judged + Sync),
    ) -> Result<Vec<Judged>, Failure> {
        let account = self.assumed()?;
        let (options, warnings) = self.values.options(ebs_encryption_by_default)?;
        let options = Options {
            account: options.account.or(account.as_ref().map(|shard| shard.account.clone())),
            region: options.region.or(account.as_ref().map(|shard| shard.region.clone())),
            ..options
        };
        let mut warnings: BTreeSet<TemplateError> = warnings.into_iter().collect();
        let stack = |mut shard: Shard| {
            if let Some(account) = &account {
                assume::add(&mut shard, account);
            }
            check_waivers(&shard, rules).map(|()| judge(&shard))
        };
        let (mut judged, mut broken, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        for path in paths {
            match template::sources::read(path, &options, &stack) {
                Ok(found) => {
                    judged.extend(found.stacks.into_iter().collect::<Result<Vec<_>, _>>()?);
                    unread.extend(found.unread);
                    warnings.extend(found.warnings);
                }
                Err(error) => broken.push(error),
            }
        }
        for warning in warnings {
            streams::tell(format_args!("warning: {}", terminal(&warning.to_string())));
        }
        // All errors of files given by name, and of folders in which nothing can be judged.
        if !broken.is_empty() || (judged.is_empty() && !unread.is_empty()) {
            let all: Vec<String> = broken.iter().chain(&unread).map(|error| terminal(&error.to_string())).collect();
            return Err(all.join("\n       ").into());
        }
        if judged.is_empty() {
            let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            return Err(format!("{}: contains neither an inventory nor a template", paths.join(", ")).into());
        }
        let entries = unread.iter().map(|error| template::inventory::unread_file(error, &options));
        judged.push(Judged { unread: entries.collect(), ..Judged::default() });
        Ok(judged)
    }

    /// The shard of the account that the templates are for.
    fn assumed(&self) -> Result<Option<Shard>, Failure> {
        let mut shards = Vec::new();
        for path in &self.assume_plans {
            super::collection::check_finished(path)?;
            let files = if path.is_dir() { document::files_in(path)? } else { vec![path.clone()] };
            for file in files {
                shards.extend(document::read_file(&file)?);
            }
        }
        shards.retain(|shard| {
            shard.region != GLOBAL
                && self.values.region.as_ref().is_none_or(|region| *region == shard.region)
                && self.values.account.as_ref().is_none_or(|account| *account == shard.account)
        });
        let places: Vec<String> = shards.iter().map(|shard| format!("{}/{}", shard.account, shard.region)).collect();
        match shards.len() {
            0 if self.assume_plans.is_empty() => Ok(None),
            0 => Err("--assume-plans: the inventory does not have that account and Region".to_owned().into()),
            1 => Ok(shards.pop()),
            _ => Err(format!("--assume-plans: choose one of them with --account and --region: {}", places.join(", ")).into()),
        }
    }
}

/// Rejects waivers for unknown rules: they would silently waive nothing.
pub fn check_waivers(shard: &Shard, rules: &RuleSet) -> Result<(), Failure> {
    for declared in shard.resources.iter().filter_map(|resource| resource.declared.as_ref()) {
        for ignore in &declared.ignores {
            if rules.get(&ignore.rule).is_none() {
                return Err(format!("{}:{}: {}", declared.file_of(ignore), ignore.line, no_rule(rules, &ignore.rule)).into());
            }
        }
    }
    Ok(())
}
