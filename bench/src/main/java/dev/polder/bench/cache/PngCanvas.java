package dev.polder.bench.cache;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/// Draws pixels, without a screen, at twice the size of the SVG picture. A machine without any fonts gets no
/// letters and a word about it.
final class PngCanvas implements ChartCanvas {
    private static final int SCALE = 2;

    private final BufferedImage image;
    private final Graphics2D graphics;
    private boolean lettersMissing;

    PngCanvas(int width, int height) {
        System.setProperty("java.awt.headless", "true");
        image = new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
        graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.scale(SCALE, SCALE);
        graphics.setStroke(new BasicStroke(1));
    }

    @Override
    public void text(int x, double y, Anchor anchor, boolean bold, String colour, String text) {
        if (lettersMissing) return;
        try {
            graphics.setFont(new Font(Font.SANS_SERIF, bold ? Font.BOLD : Font.PLAIN, 11));
            graphics.setColor(Color.decode(colour));
            int width = graphics.getFontMetrics().stringWidth(text);
            int left = switch (anchor) {
                case START -> x;
                case MIDDLE -> x - width / 2;
                case END -> x - width;
            };
            graphics.drawString(text, left, (float) y);
        } catch (RuntimeException | LinkageError e) {
            lettersMissing = true;
            System.err.println("polder bench: the picture has no letters, because Java found no fonts here ("
                    + e.getMessage() + "); an .svg has");
        }
    }

    @Override
    public void line(double fromX, double fromY, double toX, double toY, String colour) {
        graphics.setColor(Color.decode(colour));
        graphics.draw(new Line2D.Double(fromX, fromY, toX, toY));
    }

    @Override
    public void dot(double x, double y, String colour) {
        graphics.setColor(Color.decode(colour));
        graphics.fill(new Ellipse2D.Double(x - 2.5, y - 2.5, 5, 5));
    }

    @Override
    public void save(Path file) throws IOException {
        graphics.dispose();
        try (OutputStream out = Files.newOutputStream(file)) {
            if (!ImageIO.write(image, "png", out)) throw new IOException(file + ": this Java writes no PNG; use .svg");
        }
    }
}
