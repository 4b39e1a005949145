//! What the program answers to slips and to those who ask what happened: exit codes, errors for programs, and nothing made or lost.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use oneservice_core::office::{Clock, SystemClock};
use oneservice_core::testing::sample;
use serde_json::{Value, json};
use support::{Office, words};

/// What was lost: a store and a key lay in the mistyped folder, and the list was empty as if nobody had ever come.
#[test]
fn reading_makes_nothing() {
    let office = Office::new();
    for arguments in [
        ["queue", "show"].as_slice(),
        &["request", "list"],
        &["request", "show", "7K2M-9QXJ"],
        &["request", "withdraw", "7K2M-9QXJ"],
        &["store", "check"],
        &["staff", "list"],
    ] {
        let (exit, error) = office.refused("mistyped", arguments);
        assert_eq!((exit, error["code"].as_str().unwrap()), (3, "no-office"), "{arguments:?}");
        assert!(!office.path("mistyped").exists(), "{arguments:?} made the folder");
    }
    let (exit, _) = office.refused("data", &["catalog", "check", "/there/is/none"]);
    assert_eq!(exit, 3);
    let (exit, error) = office.refused("data", &["--catalog", "/there/is/none", "catalog", "list"]);
    assert_eq!((exit, error["code"].as_str().unwrap()), (3, "no-catalog"));
    let (exit, error) = office.refused("data", &["queue", "dance"]);
    assert_eq!((exit, error["code"].as_str().unwrap()), (2, "usage"));
}

/// What was lost: the second application, answered with the first one's receipt and secret link.
#[test]
fn a_key_stands_for_one_application() {
    let office = Office::new();
    let first = office.application("first.json", |_| {});
    let other = office.application("other.json", |it| it["form"]["stalls"] = json!(4));
    let submit = |file: &str| office.ask(&["request", "submit", file, "--fake-documents", "--key", "a1"]);
    let receipt = submit(&first);
    assert_eq!(submit(&first), receipt, "the same again");
    let (exit, error) =
        office.refused("data", &["request", "submit", &other, "--fake-documents", "--key", "a1"]);
    assert_eq!((exit, error["code"].as_str().unwrap()), (5, "key-reused"));

    // Answers that are not in order: found by a check or by sending, it is the same exit code and the same words.
    let wrong = office.application("wrong.json", |it| it["form"]["phone"] = json!("12"));
    for command in ["check", "submit"] {
        let output = office.run(
            &["--lang", "km", "request", command, &wrong, "--fake-documents"]
                [..if command == "check" { 5 } else { 6 }],
        );
        assert_eq!(output.status.code(), Some(6), "{command}");
        let said = format!("{}{}", words(&output.stdout), words(&output.stderr));
        assert!(said.contains("form.phone") && said.contains("[phone]"), "{said}");
        assert!(said.contains("ទូរស័ព្ទ"), "in the language that was asked for: {said}");
    }

    // What was lost: every link and every look-up by phone, when a new key was made in silence.
    let key = office.path("data/keys/office.key");
    let text = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let (exit, error) = office.refused("data", &["queue", "show"]);
    assert_eq!((exit, error["code"].as_str().unwrap()), (3, "key-missing"));
    assert!(!key.exists());
    std::fs::write(&key, text).unwrap();
    assert_eq!(submit(&first), receipt);
}

#[test]
fn a_demonstration_goes_nowhere_near_real_work() {
    let office = Office::new();
    let demo = ["demo", "--requests", "3", "--no-serve"];
    let file = office.application("first.json", |_| {});
    office.ask(&["request", "submit", &file, "--fake-documents"]);
    let (exit, error) = office.refused("data", &demo);
    assert_eq!((exit, error["code"].as_str().unwrap()), (2, "demo-requests"));
    assert!(!office.path("data/staff.toml").exists(), "no login with a password that everybody knows");

    let add = |data: &str, id: &str| {
        let arguments = ["staff", "add", id, "--name", "Sok Dara", "--role", "cashier@owso", "--json"];
        let output = office.run_in(data, &arguments, "a password of some length\n");
        assert!(output.status.success(), "{}", words(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    assert_eq!(
        add("staffed", "dara"),
        json!({ "id": "dara", "name": "Sok Dara", "roles": ["cashier@owso"] })
    );
    // Also one who is called as a demonstration officer would be.
    add("named", "cashier");
    for data in ["staffed", "named"] {
        let (exit, error) = office.refused(data, &demo);
        assert_eq!((exit, error["code"].as_str().unwrap()), (2, "demo-officer"), "{data}");
    }
    #[cfg(unix)]
    for data in ["data", "staffed"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(office.path(data)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{data}");
    }
}

/// What was lost: an unfavourable finding, who collected, why somebody withdrew.
#[test]
fn what_was_recorded_is_shown() {
    let office = Office::new();
    // Few enough that chance alone would leave some out.
    assert_eq!(office.ask(&["demo", "--requests", "7", "--no-serve"])["requests"], 7);
    assert_eq!(office.ask(&["store", "check"])["requests"], 7);
    let file = office.application("mine.json", |_| {});
    let send = |key: &str| {
        let receipt = office.ask(&["request", "submit", &file, "--fake-documents", "--key", key]);
        receipt["code"].as_str().unwrap().to_owned()
    };
    let code = send("mine");
    let unpaid = office.ask(&["request", "show", &code]);
    assert_eq!(unpaid["waits_for"], json!(["cashier@owso"]), "who must act is who is named");
    assert_eq!(unpaid["open_steps"], json!([]));
    for act in [
        ["pay", &code, "--as", "cashier"].as_slice(),
        &["pass", &code, "--as", "front-desk"],
        &[
            "pass",
            &code,
            "--as",
            "examiner",
            "--unfavourable",
            "--note",
            "Too close to the school",
            "--tick",
            "1",
        ],
        &["approve", &code, "--as", "approver"],
        &["issue", &code, "--as", "front-desk"],
    ] {
        office.ask(&[&["request"], act].concat());
    }
    let collect = ["request", "collect", &code, "--as", "front-desk", "--name", "CHAN SOPHEA"];
    let collect = [&collect[..], &["--identity", "id 6789", "--original", "all"]].concat();
    let (exit, error) = office.refused("data", &collect);
    assert_eq!(
        (exit, error["params"]["denials"][0]["code"].as_str()),
        (4, Some("signature-missing")),
        "{error}"
    );
    office.ask(&[&collect[..], &["--signed-on-paper"]].concat());
    let shown = office.ask(&["request", "show", &code]);
    let details = |fact: &str| {
        let events = shown["events"].as_array().unwrap();
        events.iter().rev().find(|event| event["fact"] == fact).map(|event| event["details"].clone()).unwrap()
    };
    let passed = details("step-passed");
    assert_eq!(passed["finding"], "unfavourable");
    assert_eq!(passed["note"], "Too close to the school");
    assert_eq!(passed["checklist"][0]["ticked"], true);
    let collected = details("collection");
    assert_eq!(collected["collector"]["name"], "CHAN SOPHEA");
    assert_eq!(collected["collector"]["identity"], "id 6789");
    assert_eq!(collected["collector"]["relation"], "applicant");
    assert_eq!(collected["name_differs"], true, "the applicant is SOK DARA");
    let output = office.run(&["request", "show", &code]);
    let text = words(&output.stdout);
    for line in
        ["✗ Unfavourable", "Too close to the school", "☑ Place", "CHAN SOPHEA (The applicant)  ⚠", "id 6789"]
    {
        assert!(text.contains(line), "{line:?} is not in {text}");
    }

    let other = send("other");
    let done = office.ask(&["request", "withdraw", &other, "--reason", "I moved away"]);
    let last = done["events"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["fact"], &last["details"]["reason"]), (&json!("withdrawal"), &json!("I moved away")));

    // What the rules deny is said in words, without names of the program's own.
    let third = send("third");
    let (exit, error) =
        office.refused("data", &["request", "pass", &third, "--as", "cashier", "--step", "intake"]);
    assert_eq!((exit, error["code"].as_str().unwrap()), (4, "denied"));
    assert!(!error["params"]["denials"].as_array().unwrap().is_empty());
    assert!(!error.to_string().contains("[Cashier]") && !error.to_string().contains("InReview"), "{error}");
    let output =
        office.run(&["--lang", "km", "request", "pass", &third, "--as", "cashier", "--step", "intake"]);
    assert!(words(&output.stderr).contains('់') || words(&output.stderr).contains('ា'), "in Khmer");
}

#[test]
fn steps_are_taken_given_and_delegated() {
    let office = Office::new();
    office.ask(&["demo", "--requests", "1", "--no-serve"]);
    let add = |id: &str, more: &[&str]| {
        let arguments = [&["staff", "add", id, "--name", id], more].concat();
        let output = office.run_in("data", &arguments, "a password of some length");
        assert!(output.status.success(), "{}", words(&output.stderr));
    };
    add("second", &["--role", "examiner@trade"]);
    add("applicant", &["--role", "examiner@trade", "--known-by", "012 345 678"]);
    add("deputy", &["--role", "opinion-officer@health"]);
    let file = office.application("mine.json", |_| {});
    let receipt = office.ask(&["request", "submit", &file, "--fake-documents"]);
    let code = receipt["code"].as_str().unwrap();
    let act = |act: &str, officer: &str, more: &[&str]| {
        office.ask(&[&["request", act, code, "--as", officer], more].concat())
    };
    let denied = |act: &str, officer: &str, more: &[&str]| {
        let (exit, error) =
            office.refused("data", &[&["request", act, code, "--as", officer], more].concat());
        assert_eq!(exit, 4, "{error}");
        error["params"]["denials"][0]["code"].as_str().unwrap().to_owned()
    };
    act("pay", "cashier", &[]);
    act("pass", "front-desk", &[]);
    let examine = ["--step", "examine"];
    act("claim", "examiner", &[]);
    assert_eq!(denied("pass", "second", &examine), "assigned-to");
    assert_eq!(denied("pass", "applicant", &examine), "own-request");
    assert_eq!(denied("claim", "examiner", &examine), "already-recorded");
    let give = ["--step", "examine", "--to", "second", "--reason", "OF-A01"];
    act("assign", "approver", &give);
    assert_eq!(denied("pass", "examiner", &examine), "assigned-to");
    act("claim", "second", &["--step", "examine", "--release"]);
    act("recuse", "second", &["--reason", "OF-C01"]);
    assert_eq!(denied("pass", "second", &examine), "recused");

    // A delegation is for a period, from somebody else, of what they have.
    let today = sample::catalog().unwrap().calendar().local_date(SystemClock.now());
    let on = |days: i64| today.saturating_add(jiff::Span::new().days(days)).to_string();
    let delegate = |from: &str, to: &str, role: &str, days: (i64, i64)| {
        let (since, until) = (on(days.0), on(days.1));
        let arguments = ["staff", "delegate", from, to, "--role", role, "--since", &since, "--until", &until];
        let (exit, error) = office.refused("data", &arguments);
        assert_eq!(exit, 4, "{error}");
        error["params"]["denials"][0]["code"].as_str().unwrap().to_owned()
    };
    for (from, to, role, days, code) in [
        ("examiner", "examiner", "examiner@trade", (0, 9), "delegation-oneself"),
        ("examiner", "deputy", "examiner@trade", (2, 1), "delegation-period"),
        ("examiner", "deputy", "examiner@trade", (0, 366), "delegation-period"),
        ("examiner", "deputy", "examiner@trade", (-9, 9), "delegation-over"),
        ("approver", "deputy", "examiner@trade", (0, 9), "delegation-not-held"),
        ("nobody", "deputy", "examiner@trade", (0, 9), "delegation-unknown"),
        ("examiner", "second", "examiner@trade", (0, 9), "delegation-held"),
    ] {
        assert_eq!(delegate(from, to, role, days), code, "{from} to {to}");
    }
    assert_eq!(denied("pass", "deputy", &examine), "not-your-role");
    let (since, until) = (on(0), on(9));
    let given = ["staff", "delegate", "examiner", "deputy", "--role", "examiner@trade"];
    office.ask(&[&given[..], &["--since", &since, "--until", &until]].concat());
    let done = act("pass", "deputy", &examine);
    let last = done["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["officer"], &last["delegated_by"]), (&json!("deputy"), &json!("examiner")));
    let list = office.run_in("data", &["staff", "list"], "");
    assert!(words(&list.stdout).contains("examiner@trade also by deputy from"), "{}", words(&list.stdout));
    // It ends before its time, once.
    let end = ["staff", "end-delegation", "examiner", "deputy", "--role", "examiner@trade"];
    office.ask(&end);
    assert_eq!(denied("pass", "deputy", &examine), "not-your-role");
    let (exit, error) = office.refused("data", &end);
    assert_eq!((exit, &error["params"]["denials"][0]["code"]), (4, &json!("delegation-none")), "{error}");
}

/// One complete return: the first names what it likes, a later one says why it names something only now.
#[test]
fn a_later_return_needs_the_offices_reason() {
    let office = Office::new();
    // Who may open a request again.
    let profile = office.path("catalog/office.toml");
    let delegate = "\n[[roles]]\nid = \"governor-delegate\"\nassumed = true\nname = { km = \"ប្រតិភូ\", en = \"Delegate\" }\nmay = [\"approve\"]\n";
    let text = std::fs::read_to_string(&profile).unwrap() + delegate;
    std::fs::write(&profile, text).unwrap();
    office.ask(&["demo", "--requests", "7", "--no-serve"]);
    let file = office.application("mine.json", |_| {});
    let code =
        office.ask(&["request", "submit", &file, "--fake-documents"])["code"].as_str().unwrap().to_owned();
    office.ask(&["request", "pay", &code, "--as", "cashier"]);
    let back = ["request", "return", &code, "--as", "front-desk"];
    office.ask(&[&back[..], &["--item", "documents.id-card=TR-C01"]].concat());
    // Taken back and opened again: nothing of it has changed.
    office.ask(&["request", "withdraw", &code]);
    office.ask(&["request", "reopen", &code, "--as", "governor-delegate", "--reason", "OF-R01"]);
    let judge = ["request", "judge", &code, "form.area", "--as", "front-desk", "--reject", "TR-C09"];
    let denials = |arguments: &[&str]| {
        let (exit, error) = office.refused("data", arguments);
        assert_eq!((exit, error["code"].as_str()), (4, Some("denied")), "{error}");
        error["params"]["denials"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(denials(&judge), "words-missing");
    let whole = ["--item", "form.area=TR-C09=More than the stall has"];
    assert_eq!(denials(&[&back[..], &["--item", "form.area=TR-C09"]].concat()), "words-missing");
    assert_eq!(denials(&[&back[..], &whole].concat()), "late-defect");
    office.ask(&[&judge[..], &["--note", "More than the stall has"]].concat());
    assert_eq!(denials(&back), "late-defect");
    assert_eq!(denials(&[&back[..], &["--exception", "OF-L01"]].concat()), "reason-unknown");
    let done = office.ask(&[&back[..], &["--exception", "OF-N01"]].concat());
    let last = done["events"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["fact"], &last["details"]["exception"]), (&json!("return"), &json!("OF-N01")));
    let output = office.run(&["request", "show", &code]);
    assert!(words(&output.stdout).contains("OF-N01"));
}

/// Programs that knew only `--proxy` go on as before; a code is checked.
#[test]
fn a_proxy_collects_with_a_paper_or_with_a_code() {
    let office = Office::new();
    office.ask(&["demo", "--requests", "1", "--no-serve"]);
    let file = office.application("mine.json", |_| {});
    let ready = |key: &str| {
        let receipt = office.ask(&["request", "submit", &file, "--fake-documents", "--key", key]);
        let code = receipt["code"].as_str().unwrap().to_owned();
        for (act, officer) in [
            ("pay", "cashier"),
            ("pass", "front-desk"),
            ("pass", "examiner"),
            ("approve", "approver"),
            ("issue", "front-desk"),
        ] {
            office.ask(&["request", act, &code, "--as", officer]);
        }
        code
    };
    let collect = |code: &str, more: &[&str]| {
        let who = [
            "request",
            "collect",
            code,
            "--as",
            "front-desk",
            "--name",
            "KEO SOPHEA",
            "--identity",
            "id 4321",
        ];
        let all = [&who, ["--proxy", "--original", "all", "--signed-on-paper"].as_slice(), more].concat();
        all.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let collected = |code: &str, more: &[&str]| {
        let arguments = collect(code, more);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let shown = office.ask(&arguments);
        let last = shown["events"].as_array().unwrap().last().unwrap();
        assert_eq!((&shown["stage"], &last["fact"]), (&json!("closed"), &json!("collection")));
        last["details"].clone()
    };
    let details = collected(&ready("paper"), &[]);
    assert_eq!(details["collector"]["mandate"], "paper");
    assert_eq!(details["collector"]["relation"], "proxy");

    let code = ready("code");
    let give = |name: &str| {
        let given = office.ask(&["request", "mandate", &code, "--name", name, "--identity", "id 4321"]);
        given["mandate_code"].as_str().unwrap().to_owned()
    };
    let revoked = give("KEO SOPHEA");
    office.ask(&["request", "revoke-mandate", &code]);
    let drawn = give("CHAN VUTHY");
    for (shown, why) in [(revoked.as_str(), "mandate-revoked"), ("1", "mandate-wrong")] {
        let arguments = collect(&code, &["--mandate-code", shown]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (exit, error) = office.refused("data", &arguments);
        assert_eq!((exit, error["params"]["denials"][0]["code"].as_str()), (4, Some(why)), "{error}");
    }
    let details = collected(&code, &["--mandate-code", &drawn]);
    assert_eq!(details["name_differs"], true, "{details}");
    assert!(details["collector"]["mandate"]["code"].is_string(), "{details}");
    let shown = office.run(&["request", "show", &code]);
    let text = words(&shown.stdout);
    assert!(text.contains("KEO SOPHEA (A proxy)  ⚠") && text.contains("CHAN VUTHY · id 4321"), "{text}");
    assert!(!text.contains(&drawn), "the code is said once");
}

/// What is printed is what is sent: with the papers of today, nothing else is to be typed.
#[test]
fn a_result_is_renewed_by_the_file_that_is_printed() {
    let office = Office::new();
    let stall = office.path("catalog/services/trade/market-stall.toml");
    let text = std::fs::read_to_string(&stall).unwrap();
    // A window that is open on the day on which the result is handed over.
    let text = text.replace("renew_from_days_before = 60", "renew_from_days_before = 400");
    std::fs::write(&stall, text).unwrap();
    office.ask(&["demo", "--requests", "7", "--no-serve"]);
    let submit = |file: &str| {
        let receipt = office.ask(&["request", "submit", file, "--fake-documents"]);
        receipt["code"].as_str().unwrap().to_owned()
    };
    let code = submit(&office.application("mine.json", |_| {}));
    let (exit, error) = office.refused("data", &["request", "renew", &code]);
    assert_eq!((exit, error["code"].as_str().unwrap()), (5, "successor-not-collected"));
    let output = office.run(&["--lang", "km", "request", "renew", &code]);
    assert!(words(&output.stderr).contains("បន្តសុពលភាព"), "in Khmer");
    let mut acts: Vec<Vec<&str>> = vec![vec!["pay", &code, "--as", "cashier"]];
    acts.extend(
        [("pass", "front-desk"), ("pass", "examiner")].map(|(act, who)| vec![act, &code, "--as", who]),
    );
    acts.extend(
        [("approve", "approver"), ("issue", "front-desk")].map(|(act, who)| vec![act, &code, "--as", who]),
    );
    acts.push(vec!["collect", &code, "--as", "front-desk", "--name", "SOK DARA", "--identity", "id 6789"]);
    acts.last_mut().unwrap().extend(["--original", "all", "--signed-on-paper"]);
    for act in &acts {
        office.ask(&[&["request"], act.as_slice()].concat());
    }

    let shown = office.run(&["--json", "result", "find", "dara sok"]);
    let mut found = words(&shown.stdout).lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found = found.find(|one| one["code"] == json!(code)).unwrap();
    assert_eq!(found["standing"], json!("valid"), "{found}");
    let number = found["number"].as_str().unwrap();
    assert_eq!(office.ask(&["result", "show", &number.to_lowercase()]), found);
    assert_eq!(office.refused("data", &["result", "show", "NONE-1"]).0, 3);

    let output = office.run(&["request", "renew", &code]);
    let (filing, missing) = (words(&output.stdout), words(&output.stderr));
    assert!(missing.contains("documents.id-card") && missing.contains("signature"), "{missing}");
    assert!(!missing.contains("form."), "every answer is there: {missing}");
    let mut filing: Value = serde_json::from_str(filing).unwrap();
    assert_eq!((&filing["follows"], &filing["purpose"]), (&json!(code), &json!("renewal")));
    assert_eq!(filing["form"]["name_latin"], "SOK DARA");
    assert!(filing["form"]["previous_expiry"].is_string(), "{filing}");
    filing["documents"] =
        json!([{ "document": "id-card", "file": "card.pdf", "media_type": "application/pdf", "size": 9 }]);
    filing["signature"] = json!({ "kind": "drawn" });
    let file = office.application("again.json", |it| *it = filing);
    let renewal = submit(&file);
    assert_eq!(office.ask(&["request", "show", &renewal])["follows"], json!(code));
    assert!(office.ask(&["request", "show", &code]).get("follows").is_none());
    let (exit, error) = office.refused("data", &["request", "change", &code]);
    assert_eq!((exit, error["code"].as_str().unwrap()), (5, "successor-no-purpose"));
    let text = std::fs::read_to_string(&stall).unwrap();
    let purposes = "purposes = [\"new\", \"renewal\", \"replacement\"]";
    std::fs::write(&stall, text.replace("purposes = [\"new\", \"renewal\"]", purposes)).unwrap();
    let filing = office.ask(&["request", "replace", &code]);
    assert_eq!((&filing["follows"], &filing["purpose"]), (&json!(code), &json!("replacement")));
    let output = office.run(&["request", "show", &renewal]);
    assert!(words(&output.stdout).contains(&format!("Renewal of an earlier request: {code}")));
}

#[test]
fn examination_waits_for_another_signature() {
    let office = Office::new();
    let file = office.path("catalog/services/trade/market-stall.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let wanted = "at_collection = true\ncosigner = { km = \"ម្ចាស់ទីតាំង\", en = \"The owner\" }";
    std::fs::write(file, text.replace("at_collection = true", wanted)).unwrap();
    office.ask(&["demo", "--requests", "0", "--no-serve"]);
    let mine = office.application("mine.json", |_| {});
    let sent = office.ask(&["request", "submit", &mine, "--fake-documents"]);
    let code = sent["code"].as_str().unwrap();
    let acts = |value: &serde_json::Value| {
        let next = value["next"].as_array().unwrap().iter();
        next.map(|act| act["act"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let paid = office.ask(&["request", "pay", code, "--as", "cashier"]);
    assert_eq!((paid["stage"].as_str(), acts(&paid)), (Some("submitted"), vec!["cosign".to_owned()]));
    let cosign = ["request", "cosign", code, "--as", "front-desk", "--name", "KEO SOPHEA", "--identity"];
    let (exit, error) = office.refused("data", &[&cosign[..], &[" "]].concat());
    assert_eq!((exit, error["params"]["denials"][0]["code"].as_str()), (4, Some("words-missing")), "{error}");
    let signed = office.ask(&[&cosign[..], &["national-id 6789"]].concat());
    assert_eq!(signed["stage"], "in-review", "{signed}");
    let shown = office.run(&["request", "show", code]);
    assert!(words(&shown.stdout).contains("KEO SOPHEA · national-id 6789"));
}
