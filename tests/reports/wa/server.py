"""The part of the AWS Well-Architected Tool that `rel9 wa push` calls: one workload, one question. Requests and answers are checked
against botocore's model.

    python tests/reports/wa/server.py '{"SelectedChoices": [], …}'       # members of the initial Answer

Prints `{"endpoint": "http://127.0.0.1:PORT"}` and ends when its standard input closes. `GET /test/state` returns the answer and how often it
was written.
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import botocore.session
from botocore.validate import ParamValidator

MODEL = botocore.session.get_session().get_service_model("wellarchitected")
WORKLOAD = "0123456789abcdef0123456789abcdef"
FORBIDDEN = "f" * 32
CHOICES = ["identified_backups_data", "secured_backups_data", "automated_backups_data", "periodic_recovery_testing_data", "no"]

answer = {
    "QuestionId": "backing-up-data",
    "PillarId": "reliability",
    "Choices": [{"ChoiceId": f"rel_backing_up_data_{name}", "Title": name} for name in CHOICES],
    "SelectedChoices": [],
    "ChoiceAnswers": [],
    "IsApplicable": True,
    "Risk": "UNANSWERED",
} | json.loads(sys.argv[1])
written = 0


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str):
        self.status, self.code, self.message = status, code, message


def update(params: dict) -> None:
    global written
    if "SelectedChoices" in params:
        answer["SelectedChoices"] = params["SelectedChoices"]
    said = {choice["ChoiceId"]: choice for choice in answer["ChoiceAnswers"]}
    for choice_id, change in params.get("ChoiceUpdates", {}).items():
        if choice_id not in {choice["ChoiceId"] for choice in answer["Choices"]}:
            raise Refused(400, "ValidationException", f"no choice {choice_id}")
        said[choice_id] = {"ChoiceId": choice_id} | change
    answer["ChoiceAnswers"] = list(said.values())
    answer.update({key: params[key] for key in ("Notes", "IsApplicable") if key in params})
    answer["Risk"] = "UNANSWERED" if not answer["SelectedChoices"] else "NONE" if len(answer["SelectedChoices"]) == 4 else "HIGH"
    written += 1


def reply(method: str, path: str, body: bytes) -> dict:
    operation = MODEL.operation_model({"GET": "GetAnswer", "PATCH": "UpdateAnswer"}[method])
    _, workloads, workload, reviews, lens, answers, question = path.split("?")[0].split("/")
    if (workloads, reviews, answers) != ("workloads", "lensReviews", "answers"):
        raise Refused(404, "UnknownOperationException", path)
    params = {"WorkloadId": workload, "LensAlias": lens, "QuestionId": question} | (json.loads(body) if body else {})
    report = ParamValidator().validate(params, operation.input_shape)
    if report.has_errors():
        raise Refused(400, "ValidationException", report.generate_report())
    if workload == FORBIDDEN:
        raise Refused(403, "AccessDeniedException", "User is not authorized")
    if (workload, lens, question) != (WORKLOAD, "wellarchitected", "backing-up-data"):
        raise Refused(404, "ResourceNotFoundException", "no such workload \x1b[31m")
    if operation.name == "UpdateAnswer":
        update(params)
    output = {"WorkloadId": workload, "LensAlias": lens, "Answer": answer}
    report = ParamValidator().validate(output, operation.output_shape)
    if report.has_errors():
        raise Refused(500, "InternalServerException", report.generate_report())
    return output


class Handler(BaseHTTPRequestHandler):
    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, headers = 200, {}
        if self.path == "/test/state":
            output = {"answer": answer, "written": written}
        else:
            try:
                output = reply(self.command, self.path, body)
            except Refused as refused:
                status, headers, output = refused.status, {"x-amzn-ErrorType": refused.code}, {"Message": refused.message}
        data = json.dumps(output).encode()
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PATCH = answer

    def log_message(self, *_) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"endpoint": f"http://127.0.0.1:{server.server_port}"}), flush=True)
while sys.stdin.buffer.read1(4096):
    pass
os._exit(0)
