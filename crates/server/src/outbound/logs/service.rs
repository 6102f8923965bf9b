//! CloudWatch Logs, Data Firehose and S3 by their HTTP APIs, at any address.

use aws_lc_rs::digest;
use cenote_idp::protection::log::{LogDelivery, LogDestination, LogService};
use data_encoding::{BASE64, HEXLOWER};
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request, Response};
use serde_json::{Value, json};

use super::{accepted, lines, send};
use crate::config::AwsCredentials;
use crate::outbound::http::Http;
use crate::outbound::sign::{Scope, signed};
use crate::time;

const PUT_LOG_EVENTS: &str = "Logs_20140328.PutLogEvents";
const CREATE_LOG_STREAM: &str = "Logs_20140328.CreateLogStream";
const PUT_RECORD_BATCH: &str = "Firehose_20150804.PutRecordBatch";

/// Calls the API of a destination.
pub(super) struct Caller<'a> {
    pub(super) http: &'a Http,
    /// `{region}` stands for the region of the ARN.
    pub(super) endpoint: &'a str,
    pub(super) credentials: &'a AwsCredentials,
    /// Seconds since the epoch.
    pub(super) now: i64,
}

/// The parts of an ARN that count here.
struct Arn<'a> {
    region: &'a str,
    resource: &'a str,
}

impl<'a> Arn<'a> {
    fn parse(arn: &'a str) -> Self {
        let mut parts = arn.splitn(6, ':').skip(3);
        Self {
            region: parts
                .next()
                .filter(|region| !region.is_empty())
                .unwrap_or("us-east-1"),
            resource: parts.nth(1).unwrap_or_default(),
        }
    }
}

impl Caller<'_> {
    /// Hands over records of one destination and pool, in the order of their times.
    pub(super) async fn write(
        &self,
        destination: &LogDestination,
        records: &[LogDelivery],
    ) -> Result<(), String> {
        let arn = Arn::parse(&destination.arn);
        match destination.service {
            LogService::CloudWatch => self.to_log_group(&arn, records).await,
            LogService::Firehose => self.to_stream(&arn, records).await,
            LogService::S3 => self.to_bucket(&arn, records).await,
        }
    }

    /// The log stream is called like the pool and made when it is not there.
    async fn to_log_group(&self, arn: &Arn<'_>, records: &[LogDelivery]) -> Result<(), String> {
        let group = arn.resource.strip_prefix("log-group:");
        let group = group.unwrap_or_default().trim_end_matches(":*");
        let stream = records.first().map(|record| record.pool_id.as_str());
        let events: Vec<Value> = records
            .iter()
            .map(|record| json!({"timestamp": record.at, "message": record.record}))
            .collect();
        let put = json!({"logGroupName": group, "logStreamName": stream, "logEvents": events});
        let mut answer = self.json("logs", arn, PUT_LOG_EVENTS, &put).await?;
        if is_missing(&answer) {
            let create = json!({"logGroupName": group, "logStreamName": stream});
            self.json("logs", arn, CREATE_LOG_STREAM, &create).await?;
            answer = self.json("logs", arn, PUT_LOG_EVENTS, &put).await?;
        }
        accepted(&answer)
    }

    async fn to_stream(&self, arn: &Arn<'_>, records: &[LogDelivery]) -> Result<(), String> {
        let name = arn.resource.strip_prefix("deliverystream/");
        let data: Vec<Value> = records
            .iter()
            .map(|record| {
                let line = format!("{}\n", record.record);
                json!({"Data": BASE64.encode(line.as_bytes())})
            })
            .collect();
        let body = json!({"DeliveryStreamName": name, "Records": data});
        let answer = self.json("firehose", arn, PUT_RECORD_BATCH, &body).await?;
        accepted(&answer)?;
        let answer: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        match answer["FailedPutCount"].as_i64() {
            None | Some(0) => Ok(()),
            Some(failed) => Err(format!("it did not take {failed} records")),
        }
    }

    /// One object for each round: `{pool}/{year}/{month}/{day}/{id}.jsonl`.
    async fn to_bucket(&self, arn: &Arn<'_>, records: &[LogDelivery]) -> Result<(), String> {
        let Some(first) = records.first() else {
            return Ok(());
        };
        let day = time::format_basic(first.at.div_euclid(1000));
        let path = format!(
            "{}/{}/{}/{}/{}/{}.jsonl",
            arn.resource,
            first.pool_id,
            day.get(..4).unwrap_or_default(),
            day.get(4..6).unwrap_or_default(),
            day.get(6..8).unwrap_or_default(),
            first.id
        );
        let body = Bytes::from(lines(records));
        let hash = HEXLOWER.encode(digest::digest(&digest::SHA256, &body).as_ref());
        let headers = [
            ("content-type", "application/x-ndjson"),
            ("x-amz-content-sha256", &hash),
        ];
        let answer = self
            .call(Method::PUT, ("s3", arn.region), &path, &headers, body)
            .await?;
        accepted(&answer)
    }

    async fn json(
        &self,
        service: &str,
        arn: &Arn<'_>,
        action: &str,
        body: &Value,
    ) -> Result<Response<Bytes>, String> {
        let headers = [
            (CONTENT_TYPE.as_str(), "application/x-amz-json-1.1"),
            ("x-amz-target", action),
        ];
        let body = Bytes::from(body.to_string());
        self.call(Method::POST, (service, arn.region), "", &headers, body)
            .await
    }

    async fn call(
        &self,
        method: Method,
        (service, region): (&str, &str),
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Response<Bytes>, String> {
        let endpoint = self.endpoint.replace("{region}", region);
        let address = format!("{}/{path}", endpoint.trim_end_matches('/'));
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request
            .body(())
            .map_err(|error| error.to_string())?
            .into_parts();
        let scope = Scope {
            credentials: self.credentials,
            region,
            service,
        };
        let request = signed(head, body, scope, self.now)
            .ok_or("what is configured does not fit a header")?;
        send(self.http, request).await
    }
}

/// Whether an answer says that the log stream is not there.
fn is_missing(answer: &Response<Bytes>) -> bool {
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let kind = body["__type"].as_str().unwrap_or_default();
    !answer.status().is_success() && kind.ends_with("ResourceNotFoundException")
}
