"""The report: one HTML file with charts, which opens offline and asks nothing of any server.

- `records.py`    what the report knows of a page
- `trends.py`     the lines of its charts, with their breaks
- `hours.py`      when a page posts
- `trouble.py`    which pages need a look
- `legend.py`     how platforms are measured, in words
- `links.py`      which addresses may become links
- `card.py`       a page as its template wants it
- `templates.py`  the templates, and how text from outside is made inert in them
- `write.py`      the file, put together page by page in memory that does not grow
- `templates/`, `assets/`  HTML, style and script
- `vendor/`       uPlot 1.6.32 (MIT, © Leon Sorokin), as published on npm (`dist/uPlot.iife.min.js`, `uPlot.min.css`)

uPlot draws: it is made for time series, draws thousands of points at once, and is 51 kB, a quarter of Chart.js;
Grafana draws with it, too. It is embedded, so that the report is whole. What is scraped becomes text, never markup;
a Content-Security-Policy forbids every request, and every script but the two that are embedded, by their hashes.
"""

from socialsync_cli.show.report.records import Cover, LastResult, PageReport, RateDay, ScoreDay
from socialsync_cli.show.report.write import Written, write

__all__ = ["Cover", "LastResult", "PageReport", "RateDay", "ScoreDay", "Written", "write"]
