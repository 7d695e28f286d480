"""The part of defusedxml that is used."""

from defusedxml.common import DefusedXmlException as DefusedXmlException
