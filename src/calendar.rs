//! `quarterdeck calendar`: the business hours that `business_minutes` counts by.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow, bail};
use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;
use clap::{Args, Subcommand};
use quarterdeck_control::{Calendar, Opening, WeeklyHours};

use crate::cli::OutputFormat;
use crate::clock;
use crate::config::Config;
use crate::home::Home;
use crate::{listing, output};

#[derive(Debug, Args)]
pub(crate) struct CalendarArguments {
    #[command(subcommand)]
    action: CalendarAction,
}

#[derive(Debug, Subcommand)]
enum CalendarAction {
    /// Record hours from a day on; what was recorded before is kept, and told to whoever asks as of then
    Set {
        /// The tenant
        #[arg(long)]
        tenant: String,
        /// The calendar, such as support
        #[arg(long)]
        name: String,
        /// First day of these hours
        #[arg(long, value_name = "DAY")]
        from: NaiveDate,
        /// Where its clock hangs, such as Europe/London [default: the tenant's zone]
        #[arg(long)]
        zone: Option<Tz>,
        /// Hours of days, as mon-fri=09:00-17:00 or sat=10:00-12:00,13:00-15:00; may be given again, other days are closed
        #[arg(long, value_name = "DAYS=HOURS", required = true)]
        hours: Vec<String>,
        /// A day on which it is closed whatever the hours say; may be given again
        #[arg(long, value_name = "DAY")]
        closed: Vec<NaiveDate>,
    },
    /// List what was recorded
    List {
        /// The tenant
        #[arg(long)]
        tenant: String,
        /// How to print it
        #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
        format: OutputFormat,
    },
}

pub(crate) async fn run(config: Config, arguments: CalendarArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    match arguments.action {
        CalendarAction::Set { tenant, name, from, zone, hours, closed } => {
            let tenant = home.tenant(&tenant).await?;
            let calendar = Calendar {
                name,
                effective_from: from,
                recorded_at: clock::now(),
                zone: zone.unwrap_or(tenant.zone),
                hours: weekly_hours(&hours)?,
                holidays: closed.into_iter().collect::<BTreeSet<_>>(),
                tenant_id: tenant.id,
            };
            let said = format!("{} of {} from {from}", calendar.name, calendar.tenant_id);
            let recorded = home.control.record_calendar(&calendar).await?;
            output::line(if recorded { format!("{said}: recorded") } else { format!("{said}: says that already") })
        }
        CalendarAction::List { tenant, format } => {
            let tenant = home.tenant(&tenant).await?;
            let rows = home.control.calendars(&tenant.id).await?.into_iter().map(|calendar| {
                [
                    Some(calendar.name),
                    Some(calendar.effective_from.to_string()),
                    Some(listing::instant(calendar.recorded_at)),
                    Some(calendar.zone.to_string()),
                    Some(shown(&calendar.hours)),
                    Some(calendar.holidays.iter().map(NaiveDate::to_string).collect::<Vec<_>>().join(" ")),
                ]
            });
            listing::print(["calendar", "from", "recorded_at", "zone", "hours", "closed"], rows.collect(), format)
        }
    }
}

/// The days of a week, as they are written.
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

fn weekly_hours(written: &[String]) -> Result<WeeklyHours> {
    let mut hours = WeeklyHours::default();
    for one in written {
        let (days, openings) = one.split_once('=').ok_or_else(|| anyhow!("`{one}` names no hours: write mon-fri=09:00-17:00"))?;
        let openings = openings.split(',').map(|opening| opening.trim().parse()).collect::<Result<Vec<Opening>, _>>()?;
        for day in days_of(days)? {
            let of_day = hours.of_mut(day);
            if !of_day.is_empty() {
                bail!(
                    "`{one}` gives hours to a day that has some: write all of a day's hours together, as sat=10:00-12:00,13:00-15:00"
                );
            }
            of_day.clone_from(&openings);
        }
    }
    Ok(hours)
}

/// `mon-fri`, `sat` or `mon,wed`.
fn days_of(text: &str) -> Result<Vec<Weekday>> {
    let index = |name: &str| {
        let found = DAYS.iter().position(|(known, _)| *known == name.trim().to_ascii_lowercase());
        found.ok_or_else(|| anyhow!("`{name}` is no day: write mon, tue, wed, thu, fri, sat or sun"))
    };
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (index(first)?, index(last)?);
        if first > last {
            bail!("`{part}` ends before it begins: the week is written from mon to sun");
        }
        days.extend(DAYS[first..=last].iter().map(|(_, day)| *day));
    }
    Ok(days)
}

fn shown(hours: &WeeklyHours) -> String {
    let open = DAYS.iter().filter(|(_, day)| !hours.on(*day).is_empty());
    let days = open.map(|(name, day)| {
        let openings = hours.on(*day).iter().map(ToString::to_string).collect::<Vec<_>>();
        format!("{name}={}", openings.join(","))
    });
    days.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_they_are_shown() {
        let written = ["mon-wed,fri=09:00-17:00".to_owned(), "Sat=10:00-12:00,13:00-15:00".to_owned()];
        let shown_hours = shown(&weekly_hours(&written).unwrap());
        let expected = "mon=09:00-17:00 tue=09:00-17:00 wed=09:00-17:00 fri=09:00-17:00 sat=10:00-12:00,13:00-15:00";
        assert_eq!(shown_hours, expected);
        let again = shown_hours.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(shown(&weekly_hours(&again).unwrap()), expected);
    }

    #[test]
    fn hours_that_are_none_are_refused() {
        for wrong in ["mon-fri", "mon-fri=9-5", "fri-mon=09:00-17:00", "day=09:00-17:00", "mon="] {
            assert!(weekly_hours(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
        let twice = ["mon-fri=09:00-17:00".to_owned(), "fri=09:00-12:00".to_owned()];
        assert!(weekly_hours(&twice).unwrap_err().to_string().contains("together"));
    }
}
