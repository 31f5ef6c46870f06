"""HTTP: the application of a service, authentication, sign-in with a browser, and what every answer has.

Imports `application` and lower packages, and nothing of `messaging`. Start with `app.py`.
"""
