"use strict";

// Unpacks Plotly and the figures, draws them, and keeps them in the colours of the page.
(async () => {
  const boxes = [...document.querySelectorAll(".plot")];
  const explain = () => document.getElementById("no-plots").removeAttribute("hidden");
  if (!("DecompressionStream" in window)) return explain();

  const unpack = async (id) => {
    const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // What a figure leaves open: it is set anew when the scheme changes.
  const template = () => {
    const axis = {
      gridcolor: style("--line"),
      linecolor: style("--line"),
      zerolinecolor: style("--line"),
      tickcolor: "rgba(0,0,0,0)",
      ticks: "outside",
      exponentformat: "e",
      separatethousands: true,
      automargin: true,
    };
    return {
      layout: {
        font: { family: style("--sans"), size: 13, color: style("--ink") },
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        colorway: ["#3a7bd5", "#d9730d", "#2f9e63", "#d6453d"],
        xaxis: axis,
        yaxis: axis,
        hoverlabel: {
          bgcolor: style("--paper"),
          bordercolor: style("--line"),
          font: { color: style("--ink"), size: 12 },
        },
      },
    };
  };

  const plotly = document.createElement("script");
  plotly.textContent = await unpack("plotly");
  document.head.append(plotly);
  const figures = JSON.parse(await unpack("figures"));
  document.documentElement.classList.add("drawn");

  // It warns of margins that it has to guess twice, which nobody can act on.
  Plotly.setPlotConfig({ logging: 0 });
  // On a touch screen a finger scrolls the page, and does not zoom a plot.
  const dragmode = matchMedia("(pointer: coarse)").matches ? false : "zoom";
  for (const box of boxes) {
    const [data, layout] = figures[box.id];
    const height = Number(box.dataset.height);
    const all = { ...layout, height, dragmode, template: template() };
    await Plotly.newPlot(box, data, all, { responsive: true, displayModeBar: false });
    box.setAttribute("aria-busy", "false");
    await new Promise((next) => setTimeout(next)); // the page can be read meanwhile
  }

  const dark = matchMedia("screen and (prefers-color-scheme: dark)");
  dark.addEventListener("change", () => {
    for (const box of boxes) Plotly.relayout(box, { template: template() });
  });
})();
