"""An answer of a Cortex agent in the shape that the API documents: every kind of event once."""

from typing import Any

RESULT_SET = {
    "statementHandle": "01b2-query",
    "resultSetMetaData": {
        "partition": 0,
        "numRows": 2,
        "format": "jsonv2",
        "rowType": [
            {"name": "CITY", "type": "TEXT", "length": 64, "precision": 0, "scale": 0, "nullable": True},
            {
                "name": "METER_COUNT",
                "type": "FIXED",
                "length": 0,
                "precision": 38,
                "scale": 0,
                "nullable": True,
            },
            {"name": "AVG_KWH", "type": "FIXED", "length": 0, "precision": 38, "scale": 3, "nullable": True},
            {"name": "READ_DATE", "type": "DATE", "length": 0, "precision": 0, "scale": 0, "nullable": True},
            {"name": "LAST_READ", "type": "TIMESTAMP_NTZ", "length": 0, "precision": 0, "scale": 9},
            {"name": "IS_AMI", "type": "BOOLEAN", "length": 0, "precision": 0, "scale": 0, "nullable": True},
        ],
    },
    "data": [
        ["Houston", "12", "1.250", "19912", "1720450800.500000000", "true"],
        [None, None, None, None, None, "false"],
    ],
}
ROWS = (
    ("Houston", 12, 1.25, "2024-07-08", "2024-07-08T15:00:00.500000+00:00", True),
    (None, None, None, None, None, False),
)
CHART = '{"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "bar", "title": "Meters"}'
CITED = {
    "type": "cortex_search_citation",
    "index": 0,
    "search_result_id": "cs_1",
    "doc_id": "https://docs.example.org/fac-003",
    "doc_title": "FAC-003",
    "text": "once per calendar year",
}

EVENTS: tuple[tuple[str, Any], ...] = (
    ("metadata", {"metadata": {"role": "user", "message_id": 41, "run_id": "run-1"}}),
    ("response.status", {"status": "planning", "message": "Planning the next steps"}),
    ("response.thinking.delta", {"content_index": 0, "text": "Meters by ", "signature": ""}),
    ("response.thinking.delta", {"content_index": 0, "text": "city."}),
    ("response.thinking", {"content_index": 0, "text": "Meters by city.", "signature": "x"}),
    ("response.tool_use", {
        "content_index": 1, "tool_use_id": "t1", "type": "cortex_analyst_text_to_sql", "name": "grid_analyst",
        "input": {"query": "meters by city"}, "client_side_execute": "false",
    }),
    ("response.tool_result.status", {
        "tool_use_id": "t1", "tool_type": "cortex_analyst_text_to_sql", "status": "executing_tool",
        "message": "Running SQL",
    }),
    ("response.tool_result.analyst.delta", {
        "content_index": 1, "tool_use_id": "t1", "tool_name": "grid_analyst",
        "delta": {"think": "Count meters."},
    }),
    ("response.tool_result.analyst.delta", {"tool_use_id": "t1", "delta": {"sql": "SELECT city, "}}),
    ("response.tool_result.analyst.delta", {"tool_use_id": "t1", "delta": {"sql": "count(*) FROM meters"}}),
    ("response.tool_result.analyst.delta", {"tool_use_id": "t1", "delta": {
        "sql_explanation": "Counts meters.", "verified_query_used": True, "query_id": "01b2-query",
    }}),
    ("response.tool_result", {
        "content_index": 2, "tool_use_id": "t1", "type": "cortex_analyst_text_to_sql", "name": "grid_analyst",
        "status": "success",
        "content": [{"type": "json", "json": {
            "sql": "SELECT city, count(*) FROM meters", "query_id": "01b2-query", "result_set": RESULT_SET,
        }}],
    }),
    ("response.table", {
        "content_index": 3, "tool_use_id": "t1", "query_id": "01b2-query", "result_set": RESULT_SET,
        "title": "Meters by city",
    }),
    ("response.chart", {"content_index": 4, "tool_use_id": "t1", "chart_spec": CHART}),
    ("response.brand_new_thing", {"content_index": 5, "surprise": True}),
    ("response.text.delta", {"content_index": 6, "text": "Houston has ", "is_elicitation": False}),
    ("response.text.delta", {"content_index": 6, "text": "**12** meters — größer.", "is_elicitation": False}),
    ("response.text.annotation", {"content_index": 6, "annotation_index": 0, "annotation": CITED}),
    ("response.text", {
        "content_index": 6, "text": "Houston has **12** meters — größer.", "is_elicitation": False,
        "annotations": [CITED],
    }),
    ("response.warning", {"message": "The data ends yesterday."}),
    ("response.suggested_queries", {"suggested_queries": [{"query": "And by month?"}]}),
    ("metadata", {"metadata": {"role": "assistant", "message_id": 42, "run_id": "run-1"}}),
    ("response", {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": {"text": "Meters by city."}},
            {"type": "tool_use", "tool_use": {"tool_use_id": "t1", "name": "grid_analyst", "input": {}}},
        ],
        "warnings": [{"message": "The data ends yesterday."}],
        "metadata": {"run_id": "run-1", "usage": {"tokens_consumed": [
            {"model_name": "m", "input_tokens": {"total": 100}, "output_tokens": {"total": 20}},
        ]}},
    }),
)  # fmt: skip
