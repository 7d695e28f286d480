"""Reports: one definition each, shown at the command line, on a page, as JSON and as CSV.

To add a report:

1. Write a module here with a function that turns what it reads into rows, and a `linli.services.reports.report.Report`
   named ``REPORT``: what it reads, its columns with both headers, the periods it can be asked for. ``load.py`` is one.
2. Add one line to `linli.services.reports.registry.REPORTS`: name, module, title in both languages.

Then there are ``linli report NAME [--csv FILE] [--json]``, the page ``/desk/reports/NAME`` with its CSV, and
``GET /v1/reports/NAME``. Rows hold codes and plain values; a column says how a person reads them (``wording.py``).
Nothing of a person may be in a row: who reads a report need not be allowed to open a case.
"""
