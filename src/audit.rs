//! `quarterdeck audit`: what was done, by whom, and whether the log of it is as it was written.

use std::process::ExitCode;

use anyhow::Result;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use quarterdeck_control::{
    AUDIT_PAGE_MAX, AuditAction, AuditBreak, AuditFilter, AuditHead, AuditRecord, AuditVerification, AuditWho, Control,
};
use serde_json::json;

use crate::cli::OutputFormat;
use crate::clock;
use crate::config::Config;
use crate::home::Home;
use crate::{listing, output};

#[derive(Debug, Args)]
pub(crate) struct AuditArguments {
    #[command(subcommand)]
    action: AuditVerb,
}

#[derive(Debug, Subcommand)]
enum AuditVerb {
    /// List entries, latest first
    List {
        /// Of this tenant alone
        #[arg(long)]
        tenant: Option<String>,
        /// Of this action alone, such as sign_in or query
        #[arg(long)]
        action: Option<AuditAction>,
        /// Of this person or token alone, by id
        #[arg(long)]
        who: Option<String>,
        /// From this instant on (2026-01-31T12:00:00Z)
        #[arg(long, value_name = "INSTANT")]
        from: Option<DateTime<Utc>>,
        /// Until before this instant
        #[arg(long, value_name = "INSTANT")]
        until: Option<DateTime<Utc>>,
        /// Most entries
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// How to print them
        #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
        format: OutputFormat,
    },
    /// Read the whole log, and say whether it is as it was written; fails if not
    Verify {
        /// An end of the log that was noted before, as this command printed it: NUMBER:HASH; may be given again
        #[arg(long = "noted", value_name = "NUMBER:HASH", value_parser = head)]
        noted: Vec<AuditHead>,
        /// How to print what was found
        #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
        format: OutputFormat,
    },
}

pub(crate) async fn run(config: Config, arguments: AuditArguments) -> Result<ExitCode> {
    let home = Home::open(&config).await?;
    match arguments.action {
        AuditVerb::List { tenant, action, who, from, until, limit, format } => {
            let filter = AuditFilter { tenant_id: tenant, action, who_id: who, from, until, ..AuditFilter::default() };
            list(&home.control, filter, limit, format).await?;
            Ok(ExitCode::SUCCESS)
        }
        AuditVerb::Verify { noted, format } => {
            let found = home.control.verify_audit(&noted).await?;
            told(&found, format)?;
            Ok(if found.broken.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

fn head(text: &str) -> Result<AuditHead, String> {
    let parts = text.split_once(':').and_then(|(seq, hash)| Some((seq.parse().ok()?, hash)));
    let (seq, hash) = parts.ok_or_else(|| "write it as `quarterdeck audit verify` printed it: NUMBER:HASH".to_owned())?;
    Ok(AuditHead { seq, hash: hash.to_owned() })
}

async fn list(control: &Control, mut filter: AuditFilter, limit: u32, format: OutputFormat) -> Result<()> {
    let administration = control.administration_by_owner(clock::now());
    let mut rows = Vec::new();
    let mut left = limit;
    while left > 0 {
        let page = administration.audit(&filter, left.min(AUDIT_PAGE_MAX)).await?;
        let Some(last) = page.last() else { break };
        filter.after = Some(last.place());
        left = left.saturating_sub(u32::try_from(page.len())?);
        rows.extend(page.into_iter().map(row));
    }
    listing::print(["seq", "at", "who", "action", "tenant", "detail", "rows", "duration_us"], rows, format)
}

fn row(record: AuditRecord) -> [Option<String>; 8] {
    let AuditRecord { seq, entry, who_name, .. } = record;
    let who = match entry.who {
        AuditWho::Person(id) | AuditWho::Token(id) => who_name.map_or(id.clone(), |name| format!("{name} ({id})")),
        AuditWho::Service => "service".to_owned(),
        AuditWho::Nobody => "nobody".to_owned(),
    };
    [
        Some(seq.to_string()),
        Some(listing::instant(entry.at)),
        Some(who),
        Some(entry.action.to_string()),
        entry.tenant_id,
        Some(json!(entry.detail).to_string()),
        entry.rows.map(|rows| rows.to_string()),
        entry.duration_us.map(|duration| duration.to_string()),
    ]
}

fn told(found: &AuditVerification, format: OutputFormat) -> Result<()> {
    let broken = found.broken.map(|(seq, what)| (seq, said(what)));
    let end = format!("{}:{}", found.head.seq, found.head.hash);
    if format != OutputFormat::Table {
        return output::line(json!({
            "sound_entries": found.sound_rows,
            "broken_at": broken.map(|(seq, _)| seq),
            "why": broken.map(|(_, why)| why),
            "end": end,
        }));
    }
    match broken {
        None => {
            output::line(format!("{} entries, all as they were written; the end, to be noted elsewhere: {end}", found.sound_rows))
        }
        Some((seq, why)) => {
            output::line(format!("entry {seq} {why}; the {} before it are as they were written", found.sound_rows))
        }
    }
}

fn said(what: AuditBreak) -> &'static str {
    match what {
        AuditBreak::Missing => "is missing",
        AuditBreak::Unlinked => "does not follow from the one before it",
        AuditBreak::Altered => "was changed",
        AuditBreak::NotAsNoted => "is not the one that was noted",
    }
}
