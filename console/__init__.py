"""The web console: one package a resource, its templates beside its routes; the operations and views are the API's.

security/   what every answer and every request of it is held to: CSP, CSRF
sessions/   cookies of log-ins, and who is asking
log_in/     logging in and out
pages/      what pages are made of: rendering, forms, lists, calls of the API's endpoints
templates/  the layout and the macros of pages
static/     scripts and styles; those of others under static/vendor, built by web/
"""
