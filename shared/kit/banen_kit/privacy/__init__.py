"""What a partner holds on a person: requests, exports, erasure with its certificate, and erasure by age.

Imports `web` and what stands below it. Start with `subject_access.py`.
"""
