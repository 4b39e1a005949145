WITH head AS (
    UPDATE ~head SET size = size + cardinality(:e.nth), last_at = (:m.recorded_at)[cardinality(:m.recorded_at)]
    WHERE office_id = $1 AND last_at <= (:m.recorded_at)[1] AND (SELECT t.office_id FROM ~transfer t) IS NULL
    RETURNING size - cardinality(:e.nth) AS size
--if old
), old AS MATERIALIZED (
    SELECT m.member, m.request_id,
        CASE WHEN r.version > 0 THEN r.queues <> m.queues OR r.due_on IS DISTINCT FROM m.due_on END AS is_requeued,
        CASE WHEN r.version > 0 THEN r.tokens <> m.tokens OR r.newest_position <> m.newest_position END AS is_renamed
    FROM @m(request_id, expected, queues, tokens, due_on, newest_position)
    LEFT JOIN LATERAL (SELECT r.version, r.queues, r.tokens, r.due_on, r.newest_position FROM ~request r
        WHERE r.office_id = $1 AND r.request_id BETWEEN m.request_id AND m.request_id ORDER BY r.request_id LIMIT 1) AS r ON true
    WHERE COALESCE(r.version, 0) = m.expected
), changed AS (
    SELECT array_agg(o.is_requeued ORDER BY o.member) AS is_requeued, array_agg(o.is_renamed ORDER BY o.member) AS is_renamed
    FROM old o
--end
--if drafts
), closed AS (
    DELETE FROM ~draft d USING head h, @m(draft_key, draft_version)
    WHERE d.office_id = $1 AND d.draft_key = ANY (:m.draft_key) AND d.draft_key = m.draft_key AND d.version = m.draft_version
    RETURNING d.draft_key
--end
--if counters
), counted AS (
    INSERT INTO ~counter AS c (office_id, name, value)
    SELECT $1, v.name, v.value + 1 FROM head h CROSS JOIN @v(name, value)
    WHERE v.value = 0 OR (SELECT 1 FROM ~counter o WHERE o.office_id = $1 AND o.name = v.name) = 1
    ON CONFLICT (office_id, name) DO UPDATE SET value = excluded.value WHERE c.value = excluded.value - 1
    RETURNING c.name
--end
), wrote_event AS (
    INSERT INTO ~event (office_id, log_index, request_id, version, envelope, salt, payload, leaf, commitment, place_seal)
    SELECT $1, h.size + e.nth, e.request_id, e.version, e.envelope, e.salt, e.payload, e.leaf, e.commitment, e.place_seal + h.size + e.nth
    FROM head h CROSS JOIN @e(nth, request_id, version, envelope, salt, payload, leaf, commitment, place_seal)
), wrote_commit AS (
    INSERT INTO ~commit (office_id, commit_id, request_id, version, first_index, recorded_at, place_seal)
    SELECT $1, m.commit_id, m.request_id, m.version, h.size + m.nth, m.recorded_at, m.place_seal + h.size + m.nth
    FROM head h CROSS JOIN @m(commit_id, request_id, version, nth, recorded_at, place_seal)
), wrote_key AS (
    INSERT INTO ~idempotency_key (office_id, key, fingerprint, commit_id)
    SELECT $1, m.key, m.fingerprint, m.commit_id FROM head h CROSS JOIN @m(key, fingerprint, commit_id) WHERE m.key IS NOT NULL
), wrote_request AS (
    INSERT INTO ~request (office_id, request_id, version, tracking_code, stage, service_id, service_version, sector_id, applicant_name,
        queues, tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, newest_position, open_position, waking_position, seal)
    SELECT $1, m.request_id, m.version, m.tracking_code, m.stage, m.service_id, m.service_version, m.sector_id, m.applicant_name,
        m.queues, m.tokens, m.submitted_at, m.due_on, m.wake_at, m.access_hash, m.phone_hash, m.newest_position, m.open_position,
        m.waking_position, m.seal
    FROM head h CROSS JOIN @m(request_id, version, tracking_code, stage, service_id, service_version, sector_id, applicant_name, queues,
        tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, newest_position, open_position, waking_position, seal)
--if old
    ON CONFLICT (office_id, request_id) DO UPDATE SET version = excluded.version, tracking_code = excluded.tracking_code,
        stage = excluded.stage, service_id = excluded.service_id, service_version = excluded.service_version,
        sector_id = excluded.sector_id, applicant_name = excluded.applicant_name, queues = excluded.queues,
        tokens = excluded.tokens, submitted_at = excluded.submitted_at, due_on = excluded.due_on, wake_at = excluded.wake_at,
        access_hash = excluded.access_hash, phone_hash = excluded.phone_hash, newest_position = excluded.newest_position,
        open_position = excluded.open_position, waking_position = excluded.waking_position, seal = excluded.seal
), left_queue AS (
    DELETE FROM ~request_queue l USING head h
    WHERE l.office_id = $1 AND l.request_id = ANY (ARRAY(SELECT o.request_id FROM old o WHERE o.is_requeued))
    AND (l.request_id, l.queue, l.position) NOT IN (SELECT q.request_id, q.name, q.position FROM @q(request_id, name, position))
), left_token AS (
    DELETE FROM ~request_token l USING head h
    WHERE l.office_id = $1 AND l.request_id = ANY (ARRAY(SELECT o.request_id FROM old o WHERE o.is_renamed))
    AND (l.request_id, l.token, l.position) NOT IN (SELECT w.request_id, w.name, w.position FROM @w(request_id, name, position))
--end
), entered_queue AS (
    INSERT INTO ~request_queue (office_id, request_id, queue, position)
    SELECT $1, q.request_id, q.name, q.position
--if no old
    FROM head h CROSS JOIN @q(request_id, name, position)
--end
--if old
    FROM head h CROSS JOIN changed c CROSS JOIN @q(member, request_id, name, position)
    WHERE CASE c.is_requeued[q.member]
        WHEN true THEN (SELECT 1 FROM ~request_queue l WHERE l.office_id = $1 AND l.request_id = q.request_id
            AND l.queue = q.name AND l.position = q.position) IS NULL
        WHEN false THEN false ELSE true END
--end
), entered_token AS (
    INSERT INTO ~request_token (office_id, request_id, token, position)
    SELECT $1, w.request_id, w.name, w.position
--if no old
    FROM head h CROSS JOIN @w(request_id, name, position)
--end
--if old
    FROM head h CROSS JOIN changed c CROSS JOIN @w(member, request_id, name, position)
    WHERE CASE c.is_renamed[w.member]
        WHEN true THEN (SELECT 1 FROM ~request_token l WHERE l.office_id = $1 AND l.request_id = w.request_id
            AND l.token = w.name AND l.position = w.position) IS NULL
        WHEN false THEN false ELSE true END
--end
)
SELECT h.size / CASE WHEN true
--if old
    AND cardinality(ARRAY(SELECT o.member FROM old o)) = cardinality(:m.expected)
--end
--if drafts
    AND cardinality(ARRAY(SELECT c.draft_key FROM closed c)) = cardinality(array_remove(:m.draft_key, NULL))
--end
--if counters
    AND cardinality(ARRAY(SELECT c.name FROM counted c)) = cardinality(:v.name)
--end
    THEN 1 ELSE 0 END
FROM head h
