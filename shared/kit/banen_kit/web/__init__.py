"""HTTP: the application of a service, who is let in, sign-in with a browser, and what every answer has.

Imports `application` and what stands below it, and nothing of `messaging`. Start with `app.py`.
"""
