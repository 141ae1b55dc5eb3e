//! One stretch of opening hours within a day, written `09:00-17:30`. Does not know which day.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ControlError, Result};

const MINUTES_A_DAY: u16 = 24 * 60;

/// From a minute of the day to a later one; `24:00` is the day's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Opening {
    from_minute: u16,
    to_minute: u16,
}

impl Opening {
    /// The whole day.
    pub const ALL_DAY: Self = Self { from_minute: 0, to_minute: MINUTES_A_DAY };

    /// First open minute of the day.
    pub fn from_minute(self) -> u16 {
        self.from_minute
    }

    /// First closed minute after it; 1,440 is the day's end.
    pub fn to_minute(self) -> u16 {
        self.to_minute
    }
}

impl FromStr for Opening {
    type Err = ControlError;

    fn from_str(text: &str) -> Result<Self> {
        let (from, to) = text.split_once('-').unwrap_or_default();
        match (minute(from), minute(to)) {
            (Some(from_minute), Some(to_minute)) if from_minute < to_minute => Ok(Self { from_minute, to_minute }),
            _ => Err(ControlError::invalid("opening hours", text, "must be written 09:00-17:30, the end after the beginning")),
        }
    }
}

/// `HH:MM` up to `24:00`, as minutes of the day.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| two_digits(text));
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (minutes < 60 && hours * 60 + minutes <= MINUTES_A_DAY).then_some(hours * 60 + minutes)
}

impl fmt::Display for Opening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from_minute: from, to_minute: to } = self;
        write!(formatter, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

impl From<Opening> for String {
    fn from(opening: Opening) -> Self {
        opening.to_string()
    }
}

impl TryFrom<String> for Opening {
    type Error = ControlError;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in ["09:00-17:30", "00:00-24:00", "23:59-24:00"] {
            assert_eq!(text.parse::<Opening>().unwrap().to_string(), text);
        }
        assert_eq!(Opening::ALL_DAY.to_string(), "00:00-24:00");
    }

    #[test]
    fn refuses_what_is_no_stretch_of_a_day() {
        for text in ["", "9:00-17:00", "09:00", "17:00-09:00", "09:00-09:00", "09:60-10:00", "20:00-24:01", "+9:00-10:00", "a-b"]
        {
            assert!(text.parse::<Opening>().is_err(), "{text}");
        }
    }
}
