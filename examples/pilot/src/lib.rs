//! What both pilot programs share: configuration, staff, words.
