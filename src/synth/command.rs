//! `quarterdeck synth`: reads what is wanted, writes files or posts, says what was done. Knows no records.

use std::path::PathBuf;

use anyhow::{Result, bail};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::files;
use super::instant::Day;
use super::plan::{Plan, Unruliness};
use super::post::{self, Door, Posting};
use super::table::System;

/// Usual sizes of a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Size {
    /// 100 orders a day, 300 articles, 2,000 customers
    Small,
    /// 1,000 orders a day, 2,000 articles, 30,000 customers
    Medium,
    /// 10,000 orders a day, 10,000 articles, 400,000 customers
    Large,
}

impl Size {
    /// Orders a day, articles, customers.
    fn numbers(self) -> (u32, u32, u32) {
        match self {
            Self::Small => (100, 300, 2_000),
            Self::Medium => (1_000, 2_000, 30_000),
            Self::Large => (10_000, 10_000, 400_000),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct SynthArguments {
    /// Write events/, one NDJSON file a day of arrival, and truth/ into this directory
    #[arg(long, value_name = "DIR", required_unless_present = "to")]
    pub(crate) out: Option<PathBuf>,
    /// Post CloudEvents at this URL of the ingest door (with --out, the truth is still written there); SYSTEM=URL for one system's messages;
    /// several URLs share the rest by turns; may be given again
    #[arg(long, value_name = "[SYSTEM=]URL")]
    pub(crate) to: Vec<Door>,
    /// Messages a second to post [default: as many as are taken]
    #[arg(long, requires = "to", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate: Option<u32>,
    /// Messages in a request; 1 posts single events
    #[arg(long, requires = "to", default_value_t = 500)]
    pub(crate) batch: usize,
    /// Requests under way at a time; with more than one the order of arrival is not kept
    #[arg(long, requires = "to", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) connections: u16,
    /// Everything follows from it: the same arguments write the same bytes
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How large a company
    #[arg(long, value_enum, default_value_t = Size::Small)]
    pub(crate) size: Size,
    /// Orders on an ordinary day [default: by size]
    #[arg(long)]
    pub(crate) orders_per_day: Option<u32>,
    /// Articles on sale [default: by size]
    #[arg(long)]
    pub(crate) skus: Option<u32>,
    /// Customers when the period begins [default: by size]
    #[arg(long)]
    pub(crate) customers: Option<u32>,
    /// First day
    #[arg(long, value_name = "DATE", default_value = "2025-01-01")]
    pub(crate) from: NaiveDate,
    /// Number of days; what is late arrives after them
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub(crate) days: u32,
    /// Systems whose messages are wanted [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) sources: Vec<System>,
    /// No message late, twice or malformed, no record corrected, deleted or contradicted
    #[arg(long)]
    pub(crate) orderly: bool,
    /// Messages that cannot be read, in a million [default: 20]
    #[arg(long, value_name = "N", conflicts_with = "orderly")]
    pub(crate) malformed_per_million: Option<u32>,
    /// Messages hours to months late, in a million [default: 15000]
    #[arg(long, value_name = "N", conflicts_with = "orderly")]
    pub(crate) late_per_million: Option<u32>,
    /// Messages delivered twice, in a million [default: 4000]
    #[arg(long, value_name = "N", conflicts_with = "orderly")]
    pub(crate) duplicates_per_million: Option<u32>,
    /// Compress the files
    #[arg(long)]
    pub(crate) gzip: bool,
}

impl SynthArguments {
    fn plan(&self) -> Plan {
        let (orders_per_day, skus, customers) = self.size.numbers();
        let usual = if self.orderly { Unruliness::NONE } else { Unruliness::USUAL };
        Plan {
            seed: self.seed,
            orders_per_day: self.orders_per_day.unwrap_or(orders_per_day),
            skus: self.skus.unwrap_or(skus),
            customers: self.customers.unwrap_or(customers),
            from: Day::of_date(self.from),
            days: self.days,
            systems: if self.sources.is_empty() { System::ALL.to_vec() } else { self.sources.clone() },
            unruliness: Unruliness {
                late: self.late_per_million.unwrap_or(usual.late),
                duplicate: self.duplicates_per_million.unwrap_or(usual.duplicate),
                malformed: self.malformed_per_million.unwrap_or(usual.malformed),
                ..usual
            },
        }
    }
}

/// Writes the company that `arguments` describe, or posts it.
pub(crate) async fn run(arguments: SynthArguments) -> Result<()> {
    let plan = arguments.plan();
    let bar = ProgressBar::new(u64::from(plan.days));
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{bar:24}] {pos}/{len} days, {elapsed}") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    let progress = move |day: Day, messages: usize| {
        shown.set_message(format!("{day}: {messages} messages"));
        shown.inc(1);
    };
    if arguments.to.is_empty() {
        let Some(folder) = arguments.out else { bail!("say where to: --out DIR or --to URL") };
        let shown = folder.display().to_string();
        let written = tokio::task::spawn_blocking(move || files::write(plan, &folder, arguments.gzip, &progress)).await??;
        bar.finish_and_clear();
        eprintln!("{} messages in {} files under {shown}/events, the truth under {shown}/truth", written.messages, written.files);
        return Ok(());
    }
    let posting = Posting {
        doors: arguments.to,
        rate: arguments.rate,
        batch: arguments.batch,
        connections: usize::from(arguments.connections),
        truth: arguments.out.map(|folder| folder.join("truth")),
    };
    let posted = post::post(plan, posting, progress).await?;
    bar.finish_and_clear();
    eprintln!("{} messages accepted, {} malformed ones refused", posted.accepted, posted.refused);
    Ok(())
}
