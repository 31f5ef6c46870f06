"""What a partner holds on a person: requests, exports, erasure with its certificate, and erasure by age.

Imports `web` and lower packages. Start with `subject_access.py`.
"""
