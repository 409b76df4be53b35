"""The audit log: every change that is asked for, and every answer that shows personal data.

A change is recorded before it is carried out, and how it ended after; without the first it is not carried
out. Personal data is recorded before it leaves; without that it does not.
"""
