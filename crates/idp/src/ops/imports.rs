//! User import jobs.

use cenote_model::{
    CreateUserImportJobRequest, CreateUserImportJobResponse, DescribeUserImportJobRequest,
    DescribeUserImportJobResponse, GetCSVHeaderRequest, GetCSVHeaderResponse,
    ListUserImportJobsRequest, ListUserImportJobsResponse, StartUserImportJobRequest,
    StartUserImportJobResponse, StopUserImportJobRequest, StopUserImportJobResponse,
};

use crate::crypto::alphanumeric;
use crate::import::{self, Job};
use crate::ports::{Change, Kind};
use crate::stored::{Stored, check_count};
use crate::{Cx, Error, Result, page};

/// Jobs of a pool.
const PER_POOL: usize = 1_000;

/// Lists the columns of a pool's import files.
pub(crate) async fn get_csv_header(
    cx: &Cx,
    input: &GetCSVHeaderRequest,
) -> Result<GetCSVHeaderResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    Ok(GetCSVHeaderResponse {
        user_pool_id: Some(pool.id.clone()),
        csv_header: Some(import::header(&pool)),
    })
}

/// Creates a job, and the address where its file is put.
pub(crate) async fn create_user_import_job(
    cx: &Cx,
    input: &CreateUserImportJobRequest,
) -> Result<CreateUserImportJobResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    check_count(cx, Kind::ImportJob, &pool.id, PER_POOL, || {
        Error::too_many_jobs(PER_POOL)
    })
    .await?;
    let now = cx.now();
    let id = format!("import-{}", alphanumeric(&*cx.service.entropy, 10, false));
    let url = import::link(cx, &pool.id, &id);
    let role = input.cloud_watch_logs_role_arn.clone();
    let hashes = input.password_hashing_algorithm;
    let job = Job::new(id.clone(), input.job_name.clone(), role, hashes, url, now);
    let shape = job.shape(&pool.id, now);
    let mut change = Change::new().with(pool.require());
    let key = import::key(&id, now);
    change.writes.extend(import::insert(&pool, &key, job, now)?);
    cx.commit(change).await?;
    Ok(CreateUserImportJobResponse {
        user_import_job: Some(shape),
    })
}

/// Shows a job.
pub(crate) async fn describe_user_import_job(
    cx: &Cx,
    input: &DescribeUserImportJobRequest,
) -> Result<DescribeUserImportJobResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let job = import::existing(cx, &pool, &input.job_id).await?;
    Ok(DescribeUserImportJobResponse {
        user_import_job: Some(job.value.shape(&pool.id, cx.now())),
    })
}

/// Lists a pool's jobs, newest first.
pub(crate) async fn list_user_import_jobs(
    cx: &Cx,
    input: &ListUserImportJobsRequest,
) -> Result<ListUserImportJobsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let scope = format!("ListUserImportJobs/{}", pool.id);
    let token = input.pagination_token.as_deref();
    let after = page::open(cx, "PaginationToken", &scope, token)?;
    let size = page::size(Some(input.max_results));
    let mut jobs =
        Stored::<Job>::list(cx, Kind::ImportJob, &pool.id, after.as_deref(), size + 1).await?;
    let pagination_token = page::cut(cx, &scope, &mut jobs, size, |job| &job.key);
    let now = cx.now();
    Ok(ListUserImportJobsResponse {
        user_import_jobs: Some(
            jobs.iter()
                .map(|job| job.value.shape(&pool.id, now))
                .collect(),
        ),
        pagination_token,
    })
}

/// Starts a job whose file is there.
pub(crate) async fn start_user_import_job(
    cx: &Cx,
    input: &StartUserImportJobRequest,
) -> Result<StartUserImportJobResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut job = import::existing(cx, &pool, &input.job_id).await?;
    let mut change = Change::new().with(pool.require());
    change
        .writes
        .extend(import::start(cx, &pool, &mut job).await?);
    cx.commit(change).await?;
    Ok(StartUserImportJobResponse {
        user_import_job: Some(job.value.shape(&pool.id, cx.now())),
    })
}

/// Stops a job.
pub(crate) async fn stop_user_import_job(
    cx: &Cx,
    input: &StopUserImportJobRequest,
) -> Result<StopUserImportJobResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut job = import::existing(cx, &pool, &input.job_id).await?;
    let write = import::stop(cx, &mut job)?;
    cx.commit(Change::new().with(write)).await?;
    Ok(StopUserImportJobResponse {
        user_import_job: Some(job.value.shape(&pool.id, cx.now())),
    })
}
