"""The Discord layer: the only package that imports discord.py. Commands and views parse, call one
unit, render.
"""
