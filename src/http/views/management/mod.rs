//! The data of the templates in `templates/management/`.

mod dashboard;
mod pages;
mod range;
mod result;
mod units;

pub(in crate::http) use dashboard::{DashboardPage, Figures, FiguresPart};
pub(in crate::http) use pages::{ClearPage, ExplainPage, LoadTestPage, WarmPage};
pub(in crate::http) use range::charts_json;
pub(in crate::http) use result::ResultPage;
