//! `quarterdeck erase`: a person, a record, an installation or a whole tenant, with the proof of what went; or what was erased until now.

use std::time::Duration;

use anyhow::{Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use quarterdeck_control::{Gone, TenantErasure};
use quarterdeck_engine::erasure::{Asker, Erasure, Request, Subject};
use quarterdeck_engine::scope::TenantId;

use crate::cli::{EraseArguments, OutputFormat};
use crate::clock;
use crate::config::Config;
use crate::home::Home;
use crate::live;
use crate::output;
use crate::tenant_end;

pub(crate) async fn run(config: Config, arguments: EraseArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    if arguments.whole_tenant {
        return end(&config, &home, &arguments).await;
    }
    let ended = home.control.tenant_erasures().await?.into_iter().find(|ended| ended.tenant_id == arguments.tenant);
    if let Some(ended) = ended {
        return print_end(&ended, arguments.format);
    }
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

/// Ends the tenant, and goes as far as can be gone from here.
async fn end(config: &Config, home: &Home, arguments: &EraseArguments) -> Result<()> {
    if arguments.confirm.as_deref() != Some(&arguments.tenant) {
        bail!("--confirm must repeat the id `{}`: everything of the tenant goes, and cannot be brought back", arguments.tenant);
    }
    let tenant = TenantId::parse(&arguments.tenant)?;
    let mut ended = tenant_end::begin(&home.control, &tenant, &arguments.by, &arguments.reason).await?;
    // A server has it open: then that server goes on.
    let journal = live::journal(config).await.inspect_err(|error| {
        tracing::warn!(%error, "the journal is not reached from here; a server that has it goes on with the end of the tenant");
    });
    let journal = journal.ok();
    let grace = if arguments.now { Duration::ZERO } else { Duration::from_millis(config.upkeep.keep_files_ms) };
    // The second round finds nothing, unless somebody writes.
    for _ in 0..2 {
        ended = tenant_end::round(&home.engine, &home.control, journal.as_deref(), &ended, grace).await?;
    }
    print_end(&ended, arguments.format)
}

fn print_end(ended: &TenantErasure, format: OutputFormat) -> Result<()> {
    let Gone { control_rows, files, file_bytes, messages } = ended.gone;
    let proven_at = instant(ended.proven_at);
    match format {
        OutputFormat::Json => output::line(serde_json::to_string_pretty(ended)?),
        OutputFormat::Csv => {
            output::line("tenant_id,asked_by,reason,asked_at,control_rows,files,file_bytes,messages,proven_at")?;
            let words = [&ended.tenant_id, &ended.asked_by, &ended.reason].map(|cell| quoted(cell)).join(",");
            let asked_at = instant(Some(ended.asked_at));
            output::line(format!("{words},{asked_at},{control_rows},{files},{file_bytes},{messages},{proven_at}"))
        }
        OutputFormat::Table => {
            let proof = match ended.proven_at {
                Some(_) => format!("proven {proven_at}: nothing is left"),
                None => "not proven yet: serving looks again, or `--now` once no server runs that could still write".to_owned(),
            };
            output::line(format!(
                "{}: the whole tenant, asked {} by {}: {control_rows} rows of the control store, {files} files of {file_bytes} bytes, \
                 {messages} waiting messages removed; {proof}",
                ended.tenant_id,
                instant(Some(ended.asked_at)),
                ended.asked_by
            ))
        }
    }
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

fn instant(at: Option<DateTime<Utc>>) -> String {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
