//! Times by the clocks of a time zone: when a day begins, and when daily and weekly mails are sent: at 07:00, weekly ones on
//! Monday.

use chrono::{
    DateTime, Datelike as _, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc,
};
use chrono_tz::Tz;

/// The hour.
const HOUR: u32 = 7;

/// The latest time up to `now` at which daily or weekly mails are sent.
pub fn latest_digest(now: DateTime<Utc>, zone: Tz, is_weekly: bool) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    let sent = (0..=7).filter_map(|back| {
        let day = today.checked_sub_days(Days::new(back))?;
        let is_due = !is_weekly || day.weekday().num_days_from_monday() == 0;
        is_due.then(|| time_of(day, HOUR, zone))
    });
    // Monday comes within a week; only a time at the beginning of all time has no day before it.
    sent.into_iter().find(|at| *at <= now).unwrap_or(now)
}

/// An hour of a day; where a change of the clocks leaves it out, the first time after it.
pub(super) fn time_of(day: NaiveDate, hour: u32, zone: Tz) -> DateTime<Utc> {
    let begin = day.and_time(NaiveTime::MIN) + TimeDelta::hours(hour.into());
    // No change of the clocks leaves out more than a day.
    let steps = (0..=96).map(|step| begin + TimeDelta::minutes(15 * step));
    let mut times = steps.filter_map(|local| match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.with_timezone(&Utc)),
        LocalResult::None => None,
    });
    times.next().unwrap_or_else(|| begin.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latest(now: &str, zone: &str, is_weekly: bool) -> String {
        let now: DateTime<Utc> = now.parse().expect("a time");
        let zone: Tz = zone.parse().expect("a zone");
        let at = latest_digest(now, zone, is_weekly);
        at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    #[test]
    fn mails_are_sent_at_seven_by_the_clocks_of_the_site_whatever_the_season() {
        for (now, zone, sent) in [
            ("2026-01-15T07:00:00Z", "UTC", "2026-01-15T07:00:00Z"),
            ("2026-01-15T06:59:59Z", "UTC", "2026-01-14T07:00:00Z"),
            // The clocks of London go forward on 29 March, and back on 25 October 2026.
            ("2026-03-28T12:00:00Z", "Europe/London", "2026-03-28T07:00:00Z"),
            ("2026-03-29T06:00:00Z", "Europe/London", "2026-03-29T06:00:00Z"),
            ("2026-03-29T05:59:00Z", "Europe/London", "2026-03-28T07:00:00Z"),
            ("2026-10-25T06:30:00Z", "Europe/London", "2026-10-24T06:00:00Z"),
            ("2026-10-25T07:00:00Z", "Europe/London", "2026-10-25T07:00:00Z"),
            ("2026-06-01T00:00:00Z", "Pacific/Auckland", "2026-05-31T19:00:00Z"),
            ("2026-06-01T10:59:00Z", "America/New_York", "2026-05-31T11:00:00Z"),
            // Samoa left out 30 December 2011.
            ("2011-12-30T18:00:00Z", "Pacific/Apia", "2011-12-30T17:00:00Z"),
        ] {
            assert_eq!(latest(now, zone, false), sent, "{now} {zone}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_or_when_the_clocks_first_show_it() {
        for (day, zone, begins) in [
            ("2026-06-01", "UTC", "2026-06-01T00:00:00Z"),
            ("2026-06-01", "Europe/London", "2026-05-31T23:00:00Z"),
            // The clocks of Cairo go forward at midnight.
            ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00Z"),
        ] {
            let day = day.parse().expect("a day");
            let begin = time_of(day, 0, zone.parse().expect("a zone"));
            assert_eq!(begin.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), begins, "{zone}");
        }
    }

    #[test]
    fn weekly_mails_are_sent_on_monday() {
        for (now, zone, sent) in [
            ("2026-06-01T06:59:00Z", "UTC", "2026-05-25T07:00:00Z"),
            ("2026-06-01T07:00:00Z", "UTC", "2026-06-01T07:00:00Z"),
            ("2026-06-07T23:59:00Z", "UTC", "2026-06-01T07:00:00Z"),
            ("2026-05-31T20:00:00Z", "Pacific/Auckland", "2026-05-31T19:00:00Z"),
            ("2026-03-30T06:00:00Z", "Europe/London", "2026-03-30T06:00:00Z"),
        ] {
            assert_eq!(latest(now, zone, true), sent, "{now} {zone}");
        }
    }
}
