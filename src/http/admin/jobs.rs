//! Background jobs, for operators.

use actix_web::HttpResponse;

use super::see_other;
use crate::domain::{JobId, Permission};
use crate::http::Answer;
use crate::http::forms::CheckedForm;
use crate::http::staff::Staff;
use crate::http::views::admin::JobsPage;
use crate::http::views::page;

/// `GET /admin/jobs/`
pub(super) async fn index(staff: Staff) -> Answer {
    staff.require(Permission::Cache)?;
    let (counts, lists) = staff.services.jobs.list().await?;
    page(HttpResponse::Ok(), &JobsPage { frame: staff.frame(), counts, lists })
}

/// `POST /admin/jobs/`: retries one failed job or all, or removes one.
pub(super) async fn act(staff: Staff, CheckedForm(fields): CheckedForm) -> Answer {
    staff.require(Permission::Cache)?;
    let jobs = &staff.services.jobs;
    let id = |name: &str| fields.get(name).parse().ok().map(JobId);
    let text = match (id("retry"), id("delete")) {
        (_, Some(id)) => match jobs.delete(id).await? {
            true => "The job was deleted.".to_owned(),
            false => "This job has not failed, or no longer exists.".to_owned(),
        },
        (None, None) if !fields.has("retry_all") => "Choose a job.".to_owned(),
        (one, None) => match jobs.retry(one).await? {
            0 => "There was no failed job to retry.".to_owned(),
            1 => "One job will be retried.".to_owned(),
            count => format!("{count} jobs will be retried."),
        },
    };
    staff.say("success", text);
    Ok(see_other("/admin/jobs/"))
}
