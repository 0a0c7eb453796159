//! Declaring: questions, the proposed row with why, then the declaration.

use super::scene::{Fields, Words, done, incident, refused, ring, see, site};
use crate::tests::site::Who;
use axum::http::StatusCode;

#[tokio::test]
async fn the_row_is_proposed_before_it_is_declared() {
    let cases: &[(Fields<'_>, &str, &str)] = &[
        (&[], "SEV1", "Many customers may be affected and money may be at risk."),
        (
            &[("affected", "many"), ("money", "no"), ("workaround", "yes")],
            "SEV2",
            "Many customers may be affected, with a workaround.",
        ),
        (&[("affected", "few"), ("money", "yes")], "SEV2", "Money may be at risk"),
        (&[("affected", "few"), ("money", "no")], "SEV3", "Few customers are affected"),
    ];
    let site = site().await;
    for (answers, row, why) in cases {
        for step in ["propose", "declare"] {
            let mut fields = vec![("title", "Checkout down"), ("step", step)];
            fields.extend_from_slice(answers);
            let value = format!("value=\"{}\" required checked", row.to_lowercase());
            refused(
                &site,
                Who::Responder,
                "/incidents",
                &fields,
                StatusCode::OK,
                &[why, &value, "value=\"Checkout down\""],
            )
            .await;
        }
    }
    assert!(see(&site, Who::Responder, "/incidents").await.contains("No incident yet"));
}

#[tokio::test]
async fn a_second_press_declares() {
    let site = site().await;
    let fields = [
        ("title", "Checkout down"),
        ("service", "checkout"),
        ("summary", "30 % of checkouts fail"),
        ("affected", "many"),
    ];
    let fields: Vec<_> = fields.into_iter().chain([("severity", "sev1"), ("step", "declare")]).collect();
    let slug = "inc-2026-05-02-checkout-down";
    done(&site, Who::Responder, "/incidents", &fields, &format!("/incidents/{slug}")).await;
    let found = incident(&site, slug).await;
    assert_eq!((found.severity.as_str(), found.title.as_str()), ("sev1", "Checkout down"));
    let body = see(&site, Who::Responder, &format!("/incidents/{slug}")).await;
    assert!(body.contains("30 % of checkouts fail") && body.contains("Scale the workers"), "{body}");
}

#[tokio::test]
async fn from_an_alert_it_is_filled_and_linked() {
    let site = site().await;
    let (alert, _) = ring(&site, "12 % of checkouts fail").await;
    let body = see(&site, Who::Responder, &format!("/incidents/new?alert={alert}")).await;
    assert!(
        body.contains("value=\"12 % of checkouts fail\"") && body.contains("value=\"checkout\" selected"),
        "{body}"
    );
    let id = alert.to_string();
    let fields = [("title", "Checkout down"), ("alert", id.as_str()), ("severity", "sev2"), ("step", "declare")];
    done(&site, Who::Responder, "/incidents", &fields, "/incidents/inc-2026-05-02-checkout-down").await;
    refused(&site, Who::Responder, "/incidents", &fields, StatusCode::CONFLICT, &["This alert belongs to"]).await;
}

#[tokio::test]
async fn refused_words_stay_in_the_form() {
    let site = site().await;
    let cases: &[(Fields<'_>, StatusCode, Words<'_>)] = &[
        (
            &[("title", " "), ("severity", "sev1"), ("summary", "kept words")],
            StatusCode::BAD_REQUEST,
            &["title-problem", "kept words"],
        ),
        (&[("title", "x"), ("severity", "Bad!")], StatusCode::BAD_REQUEST, &["severity-problem", "value=\"x\""]),
        (&[("title", "x"), ("severity", "sev9")], StatusCode::BAD_REQUEST, &["There is no severity sev9"]),
        (&[("title", "x"), ("severity", "sev1"), ("service", "moon")], StatusCode::BAD_REQUEST, &["service-problem"]),
    ];
    for (fields, status, words) in cases {
        let fields: Vec<_> = fields.iter().copied().chain([("step", "declare")]).collect();
        refused(&site, Who::Responder, "/incidents", &fields, *status, words).await;
    }
}
