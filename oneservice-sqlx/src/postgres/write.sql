WITH locked AS (
    SELECT size, last_at FROM ~head WHERE office_id = $1 AND (SELECT t.office_id FROM ~transfer t) IS NULL FOR UPDATE
), head AS (
    SELECT l.size, l.last_at FROM locked l JOIN ~head seen ON seen.office_id = $1 AND seen.size = l.size
), judged AS MATERIALIZED (
    SELECT m.member, m.request_id, m.events, m.recorded_at, m.draft_key, m.draft_version, h.size,
        m.recorded_at >= h.last_at
        AND (SELECT 1 FROM ~commit c WHERE c.office_id = $1 AND c.commit_id = m.commit_id) IS NULL
        AND (SELECT 1 FROM ~idempotency_key k WHERE k.office_id = $1 AND k.key = m.key) IS NULL
        AND (SELECT 1 FROM ~request r WHERE r.office_id = $1 AND r.tracking_code BETWEEN m.tracking_code AND m.tracking_code
            AND r.request_id <> m.request_id ORDER BY r.tracking_code LIMIT 1) IS NULL
--if counters
        AND (m.counters = 0 OR NOT EXISTS (SELECT 1 FROM @v(member, name, value) WHERE v.member = m.member
            AND v.value <> COALESCE((SELECT c.value FROM ~counter c WHERE c.office_id = $1 AND c.name = v.name), 0)))
--end
--if old
        AND COALESCE(old.version, 0) = m.expected AS fits,
        CASE WHEN old.version > 0 THEN old.queues <> m.queues OR old.due_on IS DISTINCT FROM m.due_on END AS is_requeued,
        CASE WHEN old.version > 0 THEN old.tokens <> m.tokens OR old.newest_position <> m.newest_position END AS is_renamed
--end
--if no old
        AND (SELECT 1 FROM ~request r WHERE r.office_id = $1 AND r.request_id BETWEEN m.request_id AND m.request_id
            ORDER BY r.request_id LIMIT 1) IS NULL AS fits
--end
    FROM @m(commit_id, request_id, expected, events, counters, recorded_at, tracking_code, key, draft_key, draft_version, queues,
        tokens, due_on, newest_position)
    CROSS JOIN head h
--if old
    LEFT JOIN LATERAL (SELECT r.version, r.queues, r.tokens, r.due_on, r.newest_position FROM ~request r
        WHERE r.office_id = $1 AND r.request_id BETWEEN m.request_id AND m.request_id ORDER BY r.request_id LIMIT 1) AS old ON true
--end
--if drafts
), closed AS (
    DELETE FROM ~draft d USING judged j
    WHERE j.fits AND d.office_id = $1 AND d.draft_key = ANY (:m.draft_key) AND d.draft_key = j.draft_key AND d.version = j.draft_version
    RETURNING d.draft_key
--end
), chosen AS (
    SELECT j.*, j.fits
--if drafts
        AND (j.draft_key IS NULL OR j.draft_key IN (SELECT c.draft_key FROM closed c))
--end
        AS is_taken
    FROM judged j
), numbered AS (
    SELECT c.*, CASE WHEN c.is_taken
        THEN c.size + (SUM(CASE WHEN c.is_taken THEN c.events ELSE 0 END) OVER (ORDER BY c.member))::bigint - c.events
        ELSE -1 END AS first_index
    FROM chosen c
), place AS (
    SELECT array_agg(n.first_index ORDER BY n.member) AS first_index
--if old
        , array_agg(n.is_requeued ORDER BY n.member) AS is_requeued, array_agg(n.is_renamed ORDER BY n.member) AS is_renamed
--end
    FROM numbered n
), moved AS (
    UPDATE ~head SET size = t.size, last_at = t.last_at
    FROM (SELECT MAX(n.first_index + n.events) AS size, MAX(n.recorded_at) AS last_at FROM numbered n WHERE n.is_taken) t
    WHERE office_id = $1 AND t.size IS NOT NULL
), wrote_event AS (
    INSERT INTO ~event (office_id, log_index, request_id, version, envelope, salt, payload, leaf, commitment, place_seal)
    SELECT $1, p.first_index[e.member] + e.nth, e.request_id, e.version, e.envelope, e.salt, e.payload, e.leaf, e.commitment,
        e.place_seal + p.first_index[e.member] + e.nth
    FROM @e(member, nth, request_id, version, envelope, salt, payload, leaf, commitment, place_seal)
    CROSS JOIN place p WHERE p.first_index[e.member] >= 0
), wrote_commit AS (
    INSERT INTO ~commit (office_id, commit_id, request_id, version, first_index, recorded_at, place_seal)
    SELECT $1, m.commit_id, m.request_id, m.expected + m.events, p.first_index[m.member], m.recorded_at,
        m.place_seal + p.first_index[m.member]
    FROM @m(commit_id, request_id, expected, events, recorded_at, place_seal)
    CROSS JOIN place p WHERE p.first_index[m.member] >= 0
), wrote_key AS (
    INSERT INTO ~idempotency_key (office_id, key, fingerprint, commit_id)
    SELECT $1, m.key, m.fingerprint, m.commit_id FROM @m(key, fingerprint, commit_id)
    CROSS JOIN place p WHERE p.first_index[m.member] >= 0 AND m.key IS NOT NULL
--if counters
), wrote_counter AS (
    INSERT INTO ~counter (office_id, name, value)
    SELECT $1, v.name, v.value + 1 FROM @v(member, name, value) CROSS JOIN place p WHERE p.first_index[v.member] >= 0
    ON CONFLICT (office_id, name) DO UPDATE SET value = excluded.value
--end
), wrote_request AS (
    INSERT INTO ~request (office_id, request_id, version, tracking_code, stage, service_id, service_version, sector_id, applicant_name,
        queues, tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, newest_position, open_position, waking_position, seal)
    SELECT $1, m.request_id, m.expected + m.events, m.tracking_code, m.stage, m.service_id, m.service_version, m.sector_id,
        m.applicant_name, m.queues, m.tokens, m.submitted_at, m.due_on, m.wake_at, m.access_hash, m.phone_hash, m.newest_position,
        m.open_position, m.waking_position, m.seal
    FROM @m(request_id, expected, events, tracking_code, stage, service_id, service_version, sector_id, applicant_name, queues,
        tokens, submitted_at, due_on, wake_at, access_hash, phone_hash, newest_position, open_position, waking_position, seal)
    CROSS JOIN place p WHERE p.first_index[m.member] >= 0
--if old
    ON CONFLICT (office_id, request_id) DO UPDATE SET version = excluded.version, tracking_code = excluded.tracking_code,
        stage = excluded.stage, service_id = excluded.service_id, service_version = excluded.service_version,
        sector_id = excluded.sector_id, applicant_name = excluded.applicant_name, queues = excluded.queues,
        tokens = excluded.tokens, submitted_at = excluded.submitted_at, due_on = excluded.due_on, wake_at = excluded.wake_at,
        access_hash = excluded.access_hash, phone_hash = excluded.phone_hash, newest_position = excluded.newest_position,
        open_position = excluded.open_position, waking_position = excluded.waking_position, seal = excluded.seal
), left_queue AS (
    DELETE FROM ~request_queue l
    WHERE l.office_id = $1 AND l.request_id = ANY (ARRAY(SELECT n.request_id FROM numbered n WHERE n.is_taken AND n.is_requeued))
    AND (l.request_id, l.queue, l.position) NOT IN (SELECT q.request_id, q.name, q.position FROM @q(request_id, name, position))
), left_token AS (
    DELETE FROM ~request_token l
    WHERE l.office_id = $1 AND l.request_id = ANY (ARRAY(SELECT n.request_id FROM numbered n WHERE n.is_taken AND n.is_renamed))
    AND (l.request_id, l.token, l.position) NOT IN (SELECT w.request_id, w.name, w.position FROM @w(request_id, name, position))
--end
), entered_queue AS (
    INSERT INTO ~request_queue (office_id, request_id, queue, position)
    SELECT $1, q.request_id, q.name, q.position FROM @q(member, request_id, name, position)
    CROSS JOIN place p WHERE p.first_index[q.member] >= 0
--if old
    AND CASE p.is_requeued[q.member]
        WHEN true THEN (SELECT 1 FROM ~request_queue l WHERE l.office_id = $1 AND l.request_id = q.request_id
            AND l.queue = q.name AND l.position = q.position) IS NULL
        WHEN false THEN false ELSE true END
--end
), entered_token AS (
    INSERT INTO ~request_token (office_id, request_id, token, position)
    SELECT $1, w.request_id, w.name, w.position FROM @w(member, request_id, name, position)
    CROSS JOIN place p WHERE p.first_index[w.member] >= 0
--if old
    AND CASE p.is_renamed[w.member]
        WHEN true THEN (SELECT 1 FROM ~request_token l WHERE l.office_id = $1 AND l.request_id = w.request_id
            AND l.token = w.name AND l.position = w.position) IS NULL
        WHEN false THEN false ELSE true END
--end
)
SELECT -1::bigint AS member, 0::bigint AS place, NULL::text AS code_of FROM locked
UNION ALL SELECT 0, h.last_at, NULL FROM head h
UNION ALL SELECT n.member, n.first_index,
    (SELECT r.request_id FROM ~request r WHERE NOT n.is_taken AND r.office_id = $1
        AND r.tracking_code BETWEEN (:m.tracking_code)[n.member] AND (:m.tracking_code)[n.member] ORDER BY r.tracking_code LIMIT 1)
FROM numbered n
