//! `README.md`: what is in the folder, in which order to use it, and what it does not fix.

use crate::audit::remediate::Class;
use crate::audit::remediate::model::{Copy, Fix, Plan, Remedies, Set, TAG, TEST_TAG, Tests};
use crate::inventory::figures::human_duration;
use crate::inventory::schedule::Schedule;
use crate::report::escape::cut;
use crate::report::markdown::escape;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Characters of one text.
const TEXT: usize = 300;

/// Resources that a list names.
const NAMED: usize = 50;

/// The guide.
pub fn text(remedies: &Remedies) -> String {
    let mut out = format!(
        "# Fixes for review\n\nWritten by `rel9 remediate` from audit `{}` as of {}. rel9 changed nothing in AWS. Read before you run or deploy anything.\n",
        remedies.audit_id,
        remedies.as_of.format("%Y-%m-%d %H:%M UTC")
    );
    for note in &remedies.notes {
        let _ = writeln!(out, "\n> {}", shown(note));
    }
    order(&mut out, remedies);
    plans(&mut out, remedies);
    commands(&mut out, remedies);
    not_fixed(&mut out, remedies);
    out
}

fn shown(text: &str) -> String {
    escape::text(&cut(text, TEXT))
}

fn order(out: &mut String, remedies: &Remedies) {
    out.push_str("\n## In this order\n\n");
    let deployed: Vec<&Set> = remedies.sets.iter().filter(|set| set.deploys()).collect();
    let mut steps = Vec::new();
    if !deployed.is_empty() {
        steps.push(
            "Review `backup.tf` or `backup.yaml` of each folder below: both say the same, so use one. Search them for `REVIEW`.".to_owned(),
        );
        steps.push(format!(
            "Ask what they would do, before anything is deployed: `rel9 what-if INVENTORY --plan {}/backup.yaml --account {} --region {}`. \
             Its selections select by the tag `{TAG}`, which no resource has yet, so that nothing is gained until step 4.",
            deployed[0].folder(),
            deployed[0].account,
            deployed[0].region
        ));
        steps.push("Deploy each with credentials of its account and Region; the first lines of the file have the command.".to_owned());
    }
    steps.push(
        "Review `fix.sh`, and run it once for each account: `./fix.sh`, or `COSTS_REVIEWED=yes ./fix.sh` when you accept its costs."
            .to_owned(),
    );
    steps.push("Audit again after the first runs of the plans: only a backup that exists, and a restore that worked, count.".to_owned());
    for (number, step) in steps.iter().enumerate() {
        let _ = writeln!(out, "{}. {step}", number + 1);
    }
}

fn plans(out: &mut String, remedies: &Remedies) {
    if remedies.sets.is_empty() {
        out.push_str("\n## Backup plans\n\nNo uncovered data needs one.\n");
        return;
    }
    out.push_str("\n## Backup plans\n\nSnapshots, copies, restore tests and KMS keys cost money. Nothing here deletes backups or plans that exist.\n");
    for set in &remedies.sets {
        let place = format!("{}, {}", set.account, set.region);
        let folder = if set.deploys() { format!(" (`{}/`)", set.folder()) } else { String::new() };
        let _ = writeln!(out, "\n### {}{folder}\n", shown(&place));
        if set.vault_exists {
            let _ = writeln!(out, "The vault `{}` is there already; its lock and key stay as they are.\n", set.vault);
        } else if set.declares_vault() {
            let _ = writeln!(
                out,
                "A vault `{}` under its own KMS key, locked in governance mode: backups stay for at least {} days.\n",
                set.vault, set.min_retention_days
            );
        }
        for plan in &set.plans {
            if !plan.resources.is_empty() {
                backup_plan(out, plan);
            }
            if let Some(tests) = plan.tests.as_ref().filter(|tests| !tests.resources.is_empty()) {
                restore_tests(out, plan, tests);
            }
        }
        for (name, what) in set.parameters() {
            let _ = writeln!(out, "- **REVIEW**: fill in `{name}`: {what}.");
        }
    }
}

fn backup_plan(out: &mut String, plan: &Plan) {
    let objective = plan.objective.as_ref().map_or("no objective of the policy".to_owned(), |name| format!("objective {}", shown(name)));
    let gap = Schedule::parse(Some(&plan.schedule), None).ok().and_then(|schedule| schedule.largest_gap(chrono::DateTime::UNIX_EPOCH));
    let often = gap.map_or(String::new(), |gap| format!("every {}, ", human_duration(gap)));
    let _ = writeln!(
        out,
        "**`{}`** ({objective}): {often}kept {} days; selects by tag `{TAG}={}`.{}\n",
        plan.name,
        plan.retention_days,
        plan.slug,
        if plan.exists { " The plan is there already, so only the tags are missing." } else { "" }
    );
    if let Some(days) = plan.continuous_days {
        let _ = writeln!(
            out,
            "- Its RPO is shorter than snapshots can keep: a continuous rule ({days} days) serves S3, RDS and Aurora; for other types turn on the service's own point-in-time recovery."
        );
    }
    for copy in &plan.copies {
        match copy {
            Copy::To(arn) => out.push_str(&format!(
                "- Copies to {}, a locked vault of the audit. That vault has to let this account copy to it.\n",
                shown(arn)
            )),
            Copy::Open(name, _) => out.push_str(&format!("- Copies to `{name}`.\n")),
        }
    }
    let (gains, others): (Vec<_>, Vec<_>) = plan.resources.iter().partition(|target| target.gains);
    for (title, targets) in [("No plan reaches these now", gains), ("A plan reaches these that is not enough for their objective", others)]
    {
        if targets.is_empty() {
            continue;
        }
        let _ = writeln!(out, "- {title} ({}):", targets.len());
        for target in targets.iter().take(NAMED) {
            let first = if target.first.is_empty() { String::new() } else { format!(": **first** {}", shown(&target.first.join("; "))) };
            let _ = writeln!(out, "  - {} ({}){first}", shown(&target.resource.id), shown(&target.resource.type_name));
        }
        if targets.len() > NAMED {
            let _ = writeln!(out, "  - … and {} more, in `fix.sh`", targets.len() - NAMED);
        }
    }
    out.push('\n');
}

fn restore_tests(out: &mut String, plan: &Plan, tests: &Tests) {
    let resources: Vec<_> = tests.resources.values().flatten().collect();
    let _ = writeln!(
        out,
        "**`{}`**: restore tests by `{}`, of what has the tag `{TEST_TAG}={}`. AWS Backup restores, keeps the result for 4 hours and deletes it.{}\n\n- No restore testing plan tests these now ({}):",
        tests.name,
        tests.schedule,
        plan.slug,
        if tests.exists { " The plan is there already, so only the tags are missing." } else { "" },
        resources.len()
    );
    for resource in resources.iter().take(NAMED) {
        let _ = writeln!(out, "  - {} ({})", shown(&resource.id), shown(&resource.type_name));
    }
    if resources.len() > NAMED {
        let _ = writeln!(out, "  - … and {} more, in `fix.sh`", resources.len() - NAMED);
    }
    out.push('\n');
}

fn commands(out: &mut String, remedies: &Remedies) {
    let classes = remedies.findings.iter().flat_map(|fix| &fix.commands).map(|command| &command.class);
    let (mut runs, mut costs, mut review) = (0, 0, 0);
    for class in classes {
        match class {
            Class::Runs => runs += 1,
            Class::Costs(_) => costs += 1,
            Class::Review(_) => review += 1,
            Class::Reads => {}
        }
    }
    let tests = |plan: &Plan| plan.tests.iter().flat_map(|tests| tests.resources.values()).map(Vec::len).sum::<usize>();
    let tags: usize = remedies.sets.iter().flat_map(|set| &set.plans).map(|plan| plan.resources.len() + tests(plan)).sum();
    let _ = writeln!(
        out,
        "## Commands\n\n`fix.sh` sets {tags} tags and has the commands of {} findings, by account, Region and severity: {runs} run, {costs} run only with `COSTS_REVIEWED=yes`, {review} are comments for a person. Tagging needs `tag:TagResources` and the tagging permission of each service.",
        remedies.findings.iter().filter(|fix| !fix.commands.is_empty()).count()
    );
}

fn not_fixed(out: &mut String, remedies: &Remedies) {
    out.push_str("\n## What this does not fix\n\n");
    for (resource, why) in remedies.left.iter().take(NAMED) {
        let place = format!("{}/{}", resource.account, resource.region);
        let _ = writeln!(out, "- {} in {}: {}", shown(&resource.id), shown(&place), shown(why));
    }
    if remedies.left.len() > NAMED {
        let _ = writeln!(out, "- … and {} more resources without a plan", remedies.left.len() - NAMED);
    }
    let mut rules: BTreeMap<(std::cmp::Reverse<crate::rules::Severity>, &str, &str), Vec<&Fix>> = BTreeMap::new();
    for fix in remedies.findings.iter().filter(|fix| !fix.by_set && !runs(fix)) {
        rules.entry((std::cmp::Reverse(fix.severity), &fix.rule, &fix.title)).or_default().push(fix);
    }
    if rules.is_empty() && remedies.left.is_empty() {
        out.push_str("Every failing finding has a plan or a command.\n");
    }
    for ((severity, rule, title), fixes) in rules {
        let mut why: Vec<String> = fixes.iter().map(|fix| reason(fix)).collect();
        why.sort();
        why.dedup();
        let summary = fixes.first().map_or(String::new(), |fix| format!(" To do: {}", shown(&fix.summary)));
        let _ = writeln!(
            out,
            "- {} `{rule}` ({}): {}. It {}.{summary}",
            severity.0.as_str(),
            fixes.len(),
            shown(title),
            shown(&why.into_iter().take(3).collect::<Vec<_>>().join("; "))
        );
    }
}

/// Whether the script does something about a finding.
fn runs(fix: &Fix) -> bool {
    fix.commands.iter().any(|command| matches!(command.class, Class::Runs | Class::Costs(_)))
}

fn reason(fix: &Fix) -> String {
    let review = fix.commands.iter().find_map(|command| if let Class::Review(why) = &command.class { Some(why) } else { None });
    match review {
        Some(why) if why.starts_with("fill in") => format!("needs you to {why}"),
        Some(why) => format!("needs a decision: a command {why}"),
        None if fix.commands.is_empty() => "has no command".to_owned(),
        None => "needs you to look first".to_owned(),
    }
}
