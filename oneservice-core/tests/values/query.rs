//! What listings are asked by: cursors, queues and search words.

use oneservice_core::calendar::Moment;
use oneservice_core::ids::RequestId;
use oneservice_core::store::{Cursor, Position, Query, QueueName, QueueNameError, TOKEN_MAX_BYTES};
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_cursor_survives_its_text(position: i64, request: (i64, [u8; 10])) {
        let cursor = Cursor { position: Position(position), request: RequestId::new(Moment::from_millis(request.0), request.1) };
        prop_assert_eq!(cursor.to_string().parse::<Cursor>(), Ok(cursor));
    }

    #[test]
    fn any_text_is_a_cursor_or_an_error(text in ".{0,60}") {
        if let Ok(cursor) = text.parse::<Cursor>() {
            prop_assert_eq!(cursor.to_string(), text.to_lowercase());
        }
    }

    #[test]
    fn a_token_is_cut_between_characters(token in ".{0,200}") {
        let key = Query::Token(token.clone()).key().into_owned();
        let cut = key.strip_prefix("token:").unwrap();
        prop_assert!(token.starts_with(cut) && cut.len() <= TOKEN_MAX_BYTES);
        prop_assert!(cut.len() == token.len() || cut.len() > TOKEN_MAX_BYTES - 4);
    }
}

#[test]
fn a_queue_name_is_role_at_department() {
    assert_eq!("examiner@land".parse::<QueueName>().unwrap().as_str(), "examiner@land");
    for wrong in ["", "@", "examiner", "@land", "examiner@", "a@b@c", "Examiner@land", "a@b c"] {
        assert_eq!(wrong.parse::<QueueName>(), Err(QueueNameError), "{wrong}");
    }
}
