"""A hand-made set of transmission data files: three substations, four buses, four branches, two plants."""

from pathlib import Path

FILES: dict[str, list[str]] = {
    "zone.csv": [
        "zone_id,zone_name,state,interconnect,time_zone",
        "307,Coast,Texas,Texas,ETC/GMT+6",
        "1,Maine,Maine,Eastern,ETC/GMT+5",
    ],
    "sub.csv": [
        "sub_id,name,interconnect_sub_id,lat,lon,interconnect",
        "10,NORTH,1,30.0,-95.0,Texas",
        "11,SOUTH,2,29.5,-95.0,Texas",
        "12,TWIN,3,29.5,-95.0,Texas",
        "13,MAINE 1,4,44.0,-70.0,Eastern",
    ],
    "bus2sub.csv": [
        "bus_id,sub_id,interconnect",
        "100,10,Texas",
        "101,10,Texas",
        "102,11,Texas",
        "103,12,Texas",
        "900,13,Eastern",
    ],
    "bus.csv": [
        "bus_id,type,Pd,Qd,zone_id,baseKV,interconnect",
        "100,3,0,0,307,345,Texas",
        "101,1,60,12.5,307,138,Texas",
        "102,1,40,8,307,138,Texas",
        "103,1,20,4,307,138,Texas",
        "900,3,5,1,1,115,Eastern",
    ],
    "branch.csv": [
        "branch_id,from_bus_id,to_bus_id,r,x,rateA,ratio,angle,status,branch_device_type,interconnect",
        "1,100,101,0.001,0.05,200,0.98,0,1,Transformer,Texas",
        "2,101,102,0.01,0.1,35,0,0,1,Line,Texas",
        "3,102,103,0.01,0.1,0,0,0,1,Line,Texas",
        "4,101,103,0.01,0.1,100,0,0,0,Line,Texas",
    ],
    "plant.csv": [
        "plant_id,bus_id,Pg,Pmax,Pmin,status,type,interconnect",
        "7,100,130,200,20,1,ng,Texas",
        "8,102,50,50,0,0,coal,Texas",
        "9,900,5,10,0,1,hydro,Eastern",
    ],
    "gencost.csv": [
        "plant_id,type,startup,shutdown,n,c2,c1,c0,interconnect",
        "7,2,0,0,3,0.002,20.5,800,Texas",
        "8,2,0,0,3,0.001,18,900,Texas",
        "9,2,0,0,3,0,0,0,Eastern",
    ],
}


def write_source(folder: Path) -> Path:
    """Write the files into a folder and return it."""
    for name, lines in FILES.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    return folder


def edit(folder: Path, name: str, line: int, old: str, new: str) -> None:
    """Replace text in one line of a file; the header is line 1."""
    lines = (folder / name).read_text().splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    (folder / name).write_text("\n".join(lines) + "\n")
