"""The part of chinesecalendar that Linli uses: it ships no types."""
