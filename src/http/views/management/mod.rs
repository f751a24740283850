//! `templates/management/`

mod clear;
mod dashboard;
mod explain;
mod levels;
mod load_test;
mod result;
mod units;
mod warm;

pub(in crate::http) use clear::ClearPage;
pub(in crate::http) use dashboard::{DashboardPage, FiguresPart};
pub(in crate::http) use explain::ExplainPage;
pub(in crate::http) use load_test::LoadTestPage;
pub(in crate::http) use result::ResultPage;
pub(in crate::http) use warm::WarmPage;
