//! `quarterdeck erase`: a person, a record or an installation, with the proof of what went; or what was erased until now.

use std::time::Duration;

use anyhow::{Result, bail};
use quarterdeck_engine::erasure::{Asker, Erasure, Request, Subject};
use quarterdeck_engine::scope::TenantId;

use crate::cli::{EraseArguments, OutputFormat};
use crate::clock;
use crate::config::Config;
use crate::home::Home;
use crate::output;

pub(crate) async fn run(config: Config, arguments: EraseArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let tenant = TenantId::parse(&home.tenant(&arguments.tenant).await?.id)?;
    let now = clock::now();
    let mut requests = Vec::new();
    if arguments.asked {
        requests = home.engine.asked_erasures(&tenant, now).await?;
    }
    requests.extend(by_hand(&arguments)?.map(|subject| Request {
        subject,
        asker: Asker::Person(arguments.by.clone()),
        reason: arguments.reason.clone(),
        asked_at: now,
    }));
    if !requests.is_empty() {
        home.engine.erase(&tenant, &requests, &clock::now).await?;
    }
    if arguments.now {
        home.engine.remove_erased_files(&tenant, Duration::ZERO, clock::now()).await?;
    }
    let mut erasures = home.engine.erasures(&tenant, now).await?;
    if !requests.is_empty() {
        let ids = requests.iter().map(|request| request.id(&tenant)).collect::<Vec<_>>();
        erasures.retain(|erasure| ids.contains(&erasure.erasure_id));
    }
    print(&erasures, arguments.format)
}

/// What the arguments name; nothing when they name nothing.
fn by_hand(arguments: &EraseArguments) -> Result<Option<Subject>> {
    let record = match (&arguments.table, &arguments.key, arguments.everything) {
        (Some(table), Some(key), false) => Some((table.clone(), key.clone())),
        (None, None, true) => None,
        (None, None, false) => return Ok(None),
        _ => bail!("name a record by --table and --key, or all of an installation by --everything"),
    };
    let Some(source) = arguments.source.clone() else {
        bail!("name the source that told the records by --source; `quarterdeck sql` shows it in the column _source")
    };
    let instance = arguments.instance.clone().unwrap_or_else(|| source.clone());
    Ok(Some(Subject { source, instance, record }))
}

fn print(erasures: &[Erasure], format: OutputFormat) -> Result<()> {
    match format {
        OutputFormat::Json => output::line(serde_json::to_string_pretty(erasures)?),
        OutputFormat::Csv => {
            output::line(
                "erasure_id,source,instance,table,state,asked_at,erased_at,proven_at,rows_removed,rows_blanked,messages_blanked,found_after",
            )?;
            erasures.iter().try_for_each(|one| output::line(cells(one).map(|cell| quoted(&cell)).join(",")))
        }
        OutputFormat::Table => {
            for one in erasures {
                output::line(sentence(one))?;
            }
            if erasures.is_empty() {
                output::line("nothing was erased, and nothing was asked to be")?;
            }
            Ok(())
        }
    }
}

fn sentence(one: &Erasure) -> String {
    let [id, source, instance, table, state, asked_at, ..] = cells(one);
    let what = if table.is_empty() {
        format!("all of {source} {instance}")
    } else {
        format!("a record of {table}, {source} {instance}")
    };
    let counts = &one.counts;
    format!(
        "{id}: {what}, asked {asked_at} by {}: {state}; {} rows removed, {} blanked ({} of them messages), {} traces found afterwards",
        one.asked_by, counts.rows_removed, counts.rows_blanked, counts.messages_blanked, one.found_after
    )
}

fn cells(one: &Erasure) -> [String; 12] {
    let instant = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)).unwrap_or_default()
    };
    [
        one.erasure_id.clone(),
        one.source.clone(),
        one.instance.clone(),
        one.subject_table.clone().unwrap_or_default(),
        format!("{:?}", one.state).to_lowercase(),
        instant(Some(one.asked_at)),
        instant(one.erased_at),
        instant(one.proven_at),
        one.counts.rows_removed.to_string(),
        one.counts.rows_blanked.to_string(),
        one.counts.messages_blanked.to_string(),
        one.found_after.to_string(),
    ]
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
